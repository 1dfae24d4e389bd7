package dev.coppice;

import dev.coppice.engine.Engine;
import dev.coppice.engine.EngineOptions;
import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.ExpiryScan;
import dev.coppice.engine.commit.HeaderBlock;
import dev.coppice.engine.page.PageSize;
import dev.coppice.error.BusyException;
import dev.coppice.error.ReadOnlyException;
import dev.coppice.error.SnapshotClosedException;
import dev.coppice.error.StoreClosedException;
import dev.coppice.error.StoreException;
import dev.coppice.error.UnsupportedFormatException;
import dev.coppice.storage.FileHead;
import dev.coppice.storage.FileStorage;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An ordered key-value store in one file, which any number of processes read and write.
 *
 * {@snippet :
 * try (Store store = Store.open(Path.of("ticks.coppice"))) {
 *     store.put("EURUSD", "1.0842");
 *     String value = store.get("EURUSD");
 * }
 * }
 *
 * <p>Readers take {@link Snapshot}s and never wait; one {@link WriteTransaction} runs at a time, of
 * whichever process. Beside the data file lies {@code NAME-live}: never delete it while the store
 * is open, nor after a crash, or the commits since the last checkpoint are lost.
 *
 * <p>Thread safety: any number of platform and virtual threads.
 */
public final class Store implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.coppice");
    private static final long WORK_WAIT_NANOS = 1_000_000;
    private static final long PURGED_PER_COMMIT = 20_000;
    private static final int PAGES_PER_PURGE = 10_000;

    private final Engine engine;
    private final StoreConfig config;
    private final Statistics statistics;
    private final Duties duties;
    private final @Nullable Maintenance maintenance;
    private final Durability durability;
    private final Checkpointer checkpointer;
    private final @Nullable BatchQueue batches;
    private final LongSupplier now;
    private final Events events;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final OpenPins pins;
    private final Handles handles;
    private final WriteWatch writes = new WriteWatch(this::rollback);
    private final Transactions transactions;
    private final Vacuum vacuum;
    private final Closing closing;
    private volatile boolean isClosing;

    private Store(Storage storage, StoreConfig config, String name, boolean mayHaveThread) {
        this.config = config;
        this.statistics = new Statistics(name);
        this.now = config.clock()::millis;
        EngineOptions.Verify verify = EngineOptions.Verify.valueOf(config.verify().name());
        EngineOptions options =
                new EngineOptions(
                        new PageSize(config.pageBytes()),
                        verify,
                        EngineOptions.defaults().growBytes());
        this.engine = Engine.open(storage, options, config.clock().millis(), statistics);
        engine.clock(now);
        this.pins = new OpenPins(engine, statistics);
        this.vacuum = new Vacuum(this, engine);
        this.durability = new Durability(engine, config);
        this.checkpointer = new Checkpointer(engine, config);
        this.batches = engine.storage().isReadOnly() ? null : batchQueue();
        this.events = new Events(config.listener());
        this.handles = new Handles(engine, pins, config, events, name);
        this.duties =
                new Duties(engine, config, durability, batches, events, handles, writes, sweep());
        boolean hasThread =
                mayHaveThread
                        && !config.readOnly()
                        && config.maintenance() == MaintenanceMode.THREAD;
        this.maintenance = hasThread ? new Maintenance(duties, durability, handles, name) : null;
        this.transactions =
                new Transactions(
                        engine,
                        statistics,
                        config,
                        writes,
                        durability,
                        checkpointer,
                        duties,
                        maintenance);
        this.closing =
                new Closing(engine, config, pins, handles, writes, duties, durability, maintenance);
    }

    private BatchQueue batchQueue() {
        Writer writer = new Writer(this, engine.writeView());
        long busyNanos = TimeUnit.MILLISECONDS.toNanos(config.busyTimeoutMillis());
        return new BatchQueue(writer, config.batchQueueCapacity(), busyNanos);
    }

    private @Nullable Sweep sweep() {
        return engine.storage().isReadOnly()
                ? null
                : new Sweep(new Writer(this, engine.writeView()), config.expirySweep());
    }

    private Store start() {
        String lost = engine.store().lost();
        if (lost != null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "commits since the last durable one were lost at opening: {0}",
                    lost);
        }
        Path shown = config.countersFile();
        try {
            if (!shown.toString().isEmpty()) {
                duties.counters(new LiveCounters(shown, config, this::figures));
            }
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
        if (maintenance != null) {
            durability.worker(maintenance);
            engine.store().allocator().whenGranted(maintenance::look);
            maintenance.start();
        }
        return this;
    }

    /** Opens a store with {@link StoreConfig#defaults}, creating it where it does not exist. */
    public static Store open(Path path) {
        return open(path, StoreConfig.defaults());
    }

    /**
     * Opens a store. Where it was not closed in order, this recovers it, in a time that depends on
     * what was written since the last checkpoint, not on the size of the store.
     *
     * <p>It may be open in other processes, which read or write: each snapshot is the newest commit
     * of any of them. This needs permission to write {@code NAME-live}; without it the store can be
     * opened with {@link StoreConfig#readOnly}, and nobody may write it meanwhile. In one JVM a
     * store is open once, whatever path or class loader it is reached by. Where another process is
     * just opening or closing the store, this waits, up to the busy timeout.
     *
     * @throws BusyException when this process has it open, or another one keeps it from others;
     *     names the other
     * @throws dev.coppice.error.UnsupportedFormatException when the file is not a store
     * @throws dev.coppice.error.CorruptStoreException when it is damaged beyond opening
     * @throws dev.coppice.error.StoreIoException when the system refuses the files
     */
    public static Store open(Path path, StoreConfig config) {
        FileStorage.Options options =
                new FileStorage.Options(
                        config.createIfMissing() && !config.readOnly(),
                        config.readOnly(),
                        config.immutable(),
                        config.maxBytes(),
                        config.allowUnsafeFileSystem(),
                        config.busyTimeoutMillis());
        requireFormat(path, config.readOnly());
        String name = String.valueOf(path.getFileName());
        return new Store(FileStorage.open(path, options), config, name, true).start();
    }

    /** What is no store is refused before a live file is made beside it. */
    private static void requireFormat(Path path, boolean readOnly) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment head = FileHead.read(path, Engine.HEAD_BYTES, arena);
            if (head != null) {
                Engine.requireFormat(head, readOnly);
            }
        } catch (UnsupportedFormatException e) {
            throw new UnsupportedFormatException(path + ": " + e.getMessage());
        }
    }

    /** {@return a new store in memory, with the same engine; gone when it is closed} */
    public static Store inMemory() {
        return inMemory(StoreConfig.defaults());
    }

    /** {@return a new store in memory; gone when it is closed} */
    public static Store inMemory(StoreConfig config) {
        return new Store(new MemoryStorage(config.maxBytes()), config, "memory", true).start();
    }

    /**
     * {@return a store on a storage of the caller's, without a thread of its own}
     *
     * <p>For tests that simulate disks: the caller asks for every checkpoint, or calls {@link
     * #doWork}.
     */
    public static Store on(Storage storage, StoreConfig config) {
        return new Store(storage, config, "storage", false);
    }

    /** {@return the configuration it was opened with} */
    public StoreConfig config() {
        return config;
    }

    /**
     * {@return the newest commit, as a snapshot to be closed}
     *
     * @throws BusyException when the {@link SnapshotPolicy} refuses new ones; it names the oldest
     */
    public Snapshot snapshot() {
        requireOpen();
        checkNotRefused();
        return internalSnapshot();
    }

    /**
     * {@return the state that was given a name, as a snapshot to be closed}
     *
     * <p>Dropping the name meanwhile takes nothing from the snapshot.
     *
     * @throws IllegalArgumentException when the newest commit has no snapshot of that name
     * @throws BusyException as {@link #snapshot()}
     */
    public Snapshot snapshot(String name) {
        NamedSnapshots.require(name);
        requireOpen();
        checkNotRefused();
        long now = config.clock().millis();
        return open(claimPin(name, now), now);
    }

    /**
     * Gives the newest commit a name, under which it stays, across restarts and for all processes,
     * until {@link #dropSnapshot}: a snapshot that nobody has to hold open. It keeps the pages that
     * it sees, and no others.
     *
     * <p>Is a transaction of its own, at the store's {@link SyncLevel}; see {@link
     * WriteHandle#retain} for one inside another. Entries with a deadline expire in it, too.
     *
     * @param name 1 to 255 bytes in UTF-8
     * @return the id of that commit
     * @throws IllegalArgumentException when the name is none, or is taken
     * @throws BusyException as {@link #begin()}
     */
    public long retain(String name) {
        try (WriteTransaction txn = begin()) {
            long retained = txn.retain(name);
            txn.commit();
            return retained;
        }
    }

    /**
     * Drops a named snapshot in a transaction of its own; returns whether it existed. As {@link
     * WriteHandle#dropSnapshot}.
     */
    public boolean dropSnapshot(String name) {
        try (WriteTransaction txn = begin()) {
            boolean wasThere = txn.dropSnapshot(name);
            txn.commit();
            return wasThere;
        }
    }

    /** {@return the named snapshots of the newest commit, in the order of their names' bytes} */
    public List<NamedSnapshot> namedSnapshots() {
        requireOpen();
        try (Snapshot newest = internalSnapshot()) {
            return whileOpen(() -> NamedSnapshots.list(engine, newest));
        }
    }

    /**
     * {@return what changed between two snapshots of this store, one of which may be the older one}
     * They stay open, and must while the diff is read.
     *
     * @throws IllegalArgumentException for a snapshot of another store
     */
    public SnapshotDiff diff(Snapshot before, Snapshot after) {
        return diff(before, after, false);
    }

    /**
     * {@return what changed between two named snapshots; to be closed}
     *
     * @throws IllegalArgumentException when there is no snapshot of one of the names
     */
    public SnapshotDiff diff(String before, String after) {
        Snapshot first = snapshot(before);
        try {
            return diff(first, snapshot(after), true);
        } catch (RuntimeException | Error e) {
            first.close();
            throw e;
        }
    }

    private SnapshotDiff diff(Snapshot before, Snapshot after, boolean ownsBoth) {
        requireOwn(before);
        requireOwn(after);
        return new SnapshotDiff(before, after, ownsBoth);
    }

    private void requireOwn(Snapshot snapshot) {
        requireOpen();
        if (snapshot.store != this) {
            throw new IllegalArgumentException("the snapshot is one of another store");
        }
    }

    /** {@return a snapshot that the policy does not refuse} */
    Snapshot internalSnapshot() {
        return snapshot(config.clock().millis());
    }

    /** {@return a snapshot that is not watched, for an instant} */
    Snapshot quietSnapshot() {
        return snapshot(0);
    }

    /**
     * {@return a reader that sees the newest commit, to be closed}
     *
     * @throws BusyException as {@link #snapshot}
     */
    public Reader reader() {
        requireOpen();
        checkNotRefused();
        long now = config.clock().millis();
        Pin pin = claimPin(now);
        Reader reader = new Reader(this, pin);
        handles.watch(reader, pin);
        open(pin, now, true);
        return reader;
    }

    private Snapshot snapshot(long nowMillis) {
        return open(claimPin(nowMillis), nowMillis);
    }

    private Snapshot open(Pin pin, long nowMillis) {
        Snapshot snapshot = new Snapshot(this, pin);
        if (nowMillis != 0) {
            handles.watch(snapshot, pin);
        }
        open(pin, nowMillis, false);
        return snapshot;
    }

    private Pin claimPin(long nowMillis) {
        requireOpen();
        try {
            return pins.claim(nowMillis);
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    private Pin claimPin(String name, long nowMillis) {
        Pin pin;
        try {
            pin = pins.claimNamed(name, nowMillis);
        } catch (RuntimeException | Error e) {
            throw Faults.translate(e);
        }
        if (pin == null) {
            throw NamedSnapshots.missing(name);
        }
        return pin;
    }

    private void open(Pin pin, long nowMillis, boolean isReader) {
        long generation = pin.opening();
        pin.open(nowMillis, isReader);
        if (isClosing) {
            close(pin, generation);
            requireOpen();
        }
    }

    /** {@return bytes of the data file in memory of the caller's own} */
    MemorySegment map(long position, long length, Arena arena) {
        return engine.storage().map(position, length, arena);
    }

    /** Lets go of what a handle keeps, unless that was done already. */
    void close(Pin pin, long generation) {
        try {
            pins.close(pin, generation);
        } catch (IllegalStateException e) {
            // A store that was closed meanwhile has let go of everything.
            if (!isClosing) {
                throw e;
            }
        }
    }

    /** Moves a reader's pin to the newest commit; as {@link OpenPins#refresh}. */
    long refresh(Pin pin, long generation) {
        requireOpen();
        return pins.refresh(pin, generation, config.clock().millis());
    }

    /** Parks a reader's pin; as {@link OpenPins#park}. */
    long park(Pin pin, long generation) {
        requireOpen();
        return pins.park(pin, generation);
    }

    /** {@return why a reader does not have its pin any more} */
    IllegalStateException pinIsGone() {
        requireOpen();
        return new IllegalStateException("two threads use one reader at the same time");
    }

    /** {@return the pins of all handles} */
    OpenPins pins() {
        return pins;
    }

    long newestTxn() {
        try {
            return engine.latestTxn();
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    /**
     * Starts a write transaction at the store's {@link SyncLevel}. See {@link #begin(SyncLevel)}.
     */
    public WriteTransaction begin() {
        return begin(config.syncLevel());
    }

    /**
     * Starts a write transaction, waiting for the one that is open, in whatever process.
     *
     * @throws BusyException when it is still open after the busy timeout, or the thread is
     *     interrupted while it waits, which leaves its interrupt flag set; names the process where
     *     it is another one, and since when
     * @throws IllegalStateException when this thread has a transaction open
     */
    public WriteTransaction begin(SyncLevel syncLevel) {
        requireOpen();
        return transactions.begin(this, syncLevel);
    }

    /**
     * {@return a handle that begins and commits one transaction after the other without allocating;
     * to be closed}
     *
     * @throws dev.coppice.error.ReadOnlyException when the store is open for reading only
     */
    public Writer writer() {
        requireOpen();
        return new Writer(this, engine.writeView());
    }

    Transactions transactions() {
        return transactions;
    }

    /** {@return whether this thread has a write transaction open} */
    boolean isWriting() {
        return transactions.isWriting();
    }

    /**
     * Does what a batch says, in one transaction with other batches that wait, and waits for the
     * commit. A batch that fails does so alone, and changes nothing.
     *
     * @return the id of the transaction
     * @throws BusyException as {@link #begin()}; nothing was done and the batch may be applied
     *     again
     * @throws IllegalArgumentException for a family that is not there, or a counter that is none
     * @throws IllegalStateException when this thread has a write transaction open, or the batch is
     *     submitted already
     */
    public long apply(WriteBatch batch) {
        transactions.requireNone();
        return queue().apply(batch);
    }

    /**
     * Has a batch done soon, by the store's maintenance thread, by the next {@link #apply}, or at
     * the latest when the store is closed. {@link WriteBatch#await} and {@link WriteBatch#txn} tell
     * the outcome.
     *
     * @return false when {@link StoreConfig#batchQueueCapacity} batches wait already: the batch is
     *     the caller's still
     * @throws IllegalStateException when the batch is submitted already
     */
    public boolean trySubmit(WriteBatch batch) {
        boolean isTaken = queue().offer(batch);
        if (isTaken && maintenance != null) {
            maintenance.wake();
        }
        return isTaken;
    }

    private BatchQueue queue() {
        requireOpen();
        if (batches == null) {
            throw new ReadOnlyException("the store is open for reading only");
        }
        return batches;
    }

    /** {@return the time in milliseconds, for what expires} */
    LongSupplier now() {
        return now;
    }

    /** {@return whether somebody wants to know what is purged} */
    boolean wantsExpired() {
        return events.isWanted();
    }

    /** Has the listener told what a commit has purged. */
    void expired(List<WriteHandle.Expired> purged, long txn) {
        for (WriteHandle.Expired each : purged) {
            events.add(listener -> listener.expired(each.family(), each.keys(), txn));
        }
        if (maintenance != null) {
            maintenance.wake();
        }
    }

    Durability durability() {
        return durability;
    }

    /**
     * Waits until a transaction behind {@code txn} is committed.
     *
     * @param txn as {@link #latestTxn}, or {@link Snapshot#txn}, was
     * @return whether there is one; false after the timeout
     * @throws InterruptedException when interrupted while it has to wait
     * @throws IllegalStateException when this thread has a write transaction open: nobody else will
     *     commit meanwhile
     */
    public boolean awaitChange(long txn, long timeout, TimeUnit unit) throws InterruptedException {
        requireOpen();
        transactions.requireNone();
        try {
            return engine.awaitPublished(txn + 1, unit.toNanos(timeout));
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    /**
     * Waits until transaction {@code txn} is on the medium, for which it asks at once.
     *
     * @param txn what a commit returned
     * @return whether it is; false after the timeout
     * @throws IllegalArgumentException when no such transaction is committed yet
     * @throws InterruptedException when interrupted while it has to wait
     * @throws dev.coppice.error.CommitInDoubtException when a flush has failed
     * @throws IllegalStateException when this thread has a write transaction open, which would keep
     *     the medium from getting anything
     */
    public boolean awaitDurable(long txn, long timeout, TimeUnit unit) throws InterruptedException {
        requireOpen();
        transactions.requireNone();
        long newest = latestTxn();
        if (txn > newest) {
            throw new IllegalArgumentException(
                    "no such transaction is committed: txn=" + txn + ", newest=" + newest);
        }
        try {
            return durability.await(txn, unit.toNanos(timeout));
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    /**
     * {@return the longest value that {@link EntryWrites#putReserve} takes with a key of {@code
     * keyBytes} bytes: what lies in the leaf with it, about a quarter of a page}
     *
     * @throws IllegalArgumentException for a length that no key has
     */
    public int maxReserveBytes(int keyBytes) {
        Keys.checkLength(keyBytes);
        return engine.pageSize().maxInlineValueBytes(keyBytes);
    }

    private void rollback(WriteView view) {
        transactions.rollback(view);
    }

    /** {@return a copy of the newest value of a key of the default family, or null} */
    public byte @Nullable [] get(byte[] key) {
        return get(ColumnFamily.DEFAULT, key);
    }

    /** {@return a copy of the newest value, or null} */
    public byte @Nullable [] get(ColumnFamily family, byte[] key) {
        try (Snapshot snapshot = snapshot(0)) {
            return snapshot.get(family, key);
        } catch (SnapshotClosedException e) {
            requireOpen();
            throw e;
        }
    }

    /**
     * {@return the newest value of a key of the default family, or null; both as UTF-8}
     *
     * @throws IllegalArgumentException when the value is no UTF-8
     */
    public @Nullable String get(String key) {
        byte[] value = get(Utf8.bytes(key));
        return value == null ? null : Utf8.text(value);
    }

    /** Stores an entry of the default family, as UTF-8, in a transaction of its own. */
    public void put(String key, String value) {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        put(Utf8.bytes(key), Utf8.bytes(value));
    }

    /** Removes an entry of the default family; returns whether it was there. */
    public boolean delete(String key) {
        return delete(Utf8.bytes(key));
    }

    /** Stores an entry of the default family in a transaction of its own. */
    public void put(byte[] key, byte[] value) {
        put(ColumnFamily.DEFAULT, key, value);
    }

    /** Stores an entry in a transaction of its own. */
    public void put(ColumnFamily family, byte[] key, byte[] value) {
        try (WriteTransaction txn = begin()) {
            txn.put(family, key, value);
            txn.commit();
        }
    }

    /** Stores an entry that lives as long as it says, in a transaction of its own. */
    public void put(ColumnFamily family, byte[] key, byte[] value, Lifetime lifetime) {
        try (WriteTransaction txn = begin()) {
            txn.put(family, key, value, lifetime);
            txn.commit();
        }
    }

    /**
     * Stores an entry of the default family whose value is all that a stream gives, as {@link
     * #put(ColumnFamily, byte[], InputStream, long)}.
     */
    public void put(byte[] key, InputStream value, long length) {
        put(ColumnFamily.DEFAULT, key, value, length);
    }

    /**
     * Stores an entry whose value is all that a stream gives, in a transaction of its own, which is
     * open while the stream is read. As {@link EntryWrites#put(ColumnFamily, byte[], InputStream,
     * long)}.
     */
    public void put(ColumnFamily family, byte[] key, InputStream value, long length) {
        put(family, key, value, length, Lifetime.OF_FAMILY);
    }

    /** As {@link #put(ColumnFamily, byte[], InputStream, long)}, with a lifetime. */
    public void put(
            ColumnFamily family, byte[] key, InputStream value, long length, Lifetime lifetime) {
        try (WriteTransaction txn = begin()) {
            txn.put(family, key, value, length, lifetime);
            txn.commit();
        }
    }

    /**
     * {@return operations on single entries of the default family, see {@link
     * #atomic(ColumnFamily)}}
     */
    public AtomicOperations atomic() {
        return atomic(ColumnFamily.DEFAULT);
    }

    /**
     * {@return operations that read and change single entries of a family, each a transaction of
     * its own; for any thread, as long as the store is open}
     */
    public AtomicOperations atomic(ColumnFamily family) {
        return AtomicOperations.on(this, family);
    }

    /**
     * Removes the entries of all column families that have expired, as {@link
     * #purgeExpired(ColumnFamily)}; returns how many.
     */
    public long purgeExpired() {
        long removed = 0;
        for (ColumnFamily family : families()) {
            removed += purgeExpired(family);
        }
        return removed;
    }

    private List<ColumnFamily> families() {
        try (Snapshot snapshot = internalSnapshot()) {
            return snapshot.families();
        }
    }

    /**
     * Removes the entries of a family that have expired; returns how many. What nobody purges is
     * not shown either, but takes its room. This reads the leaves that have deadlines, and no
     * others. It makes transactions of a few milliseconds, one after the other, so that others get
     * in between: see {@link WriteHandle#purgeExpired(ColumnFamily)} for one that does all.
     *
     * @throws BusyException as {@link #begin()}; what was committed before stays purged
     */
    public long purgeExpired(ColumnFamily family) {
        return purgeExpired(family, Long.MAX_VALUE);
    }

    /**
     * Removes at most so many entries of a family that have expired, those with the lowest keys;
     * returns how many.
     *
     * @param maxEntries at least 1
     */
    public long purgeExpired(ColumnFamily family, long maxEntries) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("purge: maxEntries=" + maxEntries + ", min=1");
        }
        ExpiryScan scan = new ExpiryScan();
        long removed = 0;
        while (removed < maxEntries && !scan.isDone()) {
            long most = Math.min(PURGED_PER_COMMIT, maxEntries - removed);
            try (WriteTransaction txn = begin()) {
                removed += txn.purge(family, scan, most, PAGES_PER_PURGE);
                txn.commit();
            }
        }
        return removed;
    }

    /** Removes an entry of the default family; returns whether it was there. */
    public boolean delete(byte[] key) {
        return delete(ColumnFamily.DEFAULT, key);
    }

    /** Removes an entry in a transaction of its own; returns whether it was there. */
    public boolean delete(ColumnFamily family, byte[] key) {
        try (WriteTransaction txn = begin()) {
            boolean wasThere = txn.delete(family, key);
            txn.commit();
            return wasThere;
        }
    }

    /** {@return the id of the newest commit} */
    public long latestTxn() {
        requireOpen();
        return newestTxn();
    }

    /** {@return the id of the newest commit known to be on the medium} */
    public long durableTxn() {
        requireOpen();
        return whileOpen(engine::durableTxn);
    }

    /**
     * Makes a checkpoint, and waits up to the busy timeout of the configuration for what is in its
     * way. See {@link #checkpoint(CheckpointMode, long, TimeUnit)}.
     */
    public CheckpointResult checkpoint(CheckpointMode mode) {
        return checkpoint(mode, config.busyTimeoutMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Makes a checkpoint. Where something is in its way all that time, or the thread is
     * interrupted, which leaves its flag set, it has done what PASSIVE does and says so. Another
     * checkpoint, also one of the background, is not waited for.
     *
     * <p>Where this thread has a write transaction open, it ends as busy at once and does nothing.
     * In a store that is open for reading only, and under {@link JournalMode#DELETE}, there is
     * nothing to do.
     *
     * @param timeout how long to wait, 0 to fail at once
     * @throws IllegalArgumentException for a negative timeout
     * @throws StoreException when the medium fails, or has no room for a page that a checkpoint
     *     needs
     */
    public CheckpointResult checkpoint(CheckpointMode mode, long timeout, TimeUnit unit) {
        Objects.requireNonNull(mode, "mode");
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout: timeout=" + timeout + ", min=0");
        }
        long nanos = unit.toNanos(timeout);
        requireOpen();
        writes.release();
        try {
            return whileOpen(() -> checkpointer.run(mode, nanos, isWriting()));
        } finally {
            durability.moved();
            if (maintenance != null) {
                maintenance.look();
            }
        }
    }

    /**
     * Makes the newest commit what recovery starts from, and gives superseded pages back, without
     * waiting for anybody.
     *
     * @return false when a write transaction or another checkpoint was running: nothing was done
     */
    public boolean checkpoint() {
        requireOpen();
        try {
            return whileOpen(() -> engine.checkpoint(0));
        } finally {
            durability.moved();
        }
    }

    /**
     * Brings everything that is committed to the medium, and waits until it is there. A write
     * transaction that is open, this thread's own included, stays open, and is not a part of it.
     *
     * @return the id of the newest commit that is on the medium
     */
    public long sync() {
        requireOpen();
        try {
            return whileOpen(checkpointer::sync);
        } finally {
            durability.moved();
        }
    }

    /**
     * Makes the file smaller: moves pages from its end into free places before it, puts leaves that
     * hold little together, and cuts off what is free behind the last page then. Readers and the
     * writer go on meanwhile; this makes a transaction of a fraction of a millisecond after the
     * other, and checkpoints.
     *
     * <p>Some room stays for what will be written next. What snapshots see that have been open for
     * a second or longer stays where it is, and so may keep the file long; {@link #copyTo} makes
     * the smallest file.
     *
     * @param maxPages at most so many pages are moved from the end of the file, and no leaves put
     *     together; 0 for all that there is to do
     * @throws BusyException when another thread does the same
     * @throws IllegalStateException when this thread has a write transaction open
     * @throws dev.coppice.error.CorruptStoreException when the store is damaged
     */
    public VacuumResult vacuum(long maxPages) {
        if (maxPages < 0) {
            throw new IllegalArgumentException("vacuum: maxPages=" + maxPages + ", min=0");
        }
        queue();
        transactions.requireNone();
        try {
            return whileOpen(() -> vacuum.run(maxPages));
        } finally {
            durability.moved();
        }
    }

    /**
     * Does what is due in the background: batches that wait, checkpoints by bytes and by age unless
     * the store's level is OFF, growth of the file ahead of need, faulting in what the writer will
     * store into, the {@link ExpirySweep}, calls of the {@link StoreListener}. With {@link
     * MaintenanceMode#MANUAL} the program calls this again and again, best after commits and when
     * it has nothing else to do; otherwise the store's thread does the same. One thread works at a
     * time; another one that comes meanwhile returns at once.
     *
     * <p>Waits at most a millisecond for a write transaction of another thread.
     *
     * @return units of work done; 0 when nothing was due
     * @throws StoreClosedException when the store is closed
     */
    public int doWork() {
        requireOpen();
        return whileOpen(() -> duties.work(isWriting() ? 0 : WORK_WAIT_NANOS));
    }

    /**
     * {@return the open snapshots and the readers that are not parked, those that see the oldest
     * commits first}
     */
    public List<SnapshotInfo> snapshots() {
        requireOpen();
        return whileOpen(handles::list);
    }

    /**
     * Reads the pages of the newest commit into memory: first all branches of all column families,
     * then leaves, in the order of their keys, up to a budget. Large values that have pages of
     * their own are left alone.
     *
     * @param maxBytes at most so many bytes are read, 0 or more
     * @return bytes read
     * @throws dev.coppice.error.CorruptStoreException when a page is damaged or missing
     */
    public long warmUp(long maxBytes) {
        requireOpen();
        if (maxBytes < 0) {
            throw new IllegalArgumentException("budget: maxBytes=" + maxBytes + ", min=0");
        }
        try (Snapshot snapshot = internalSnapshot()) {
            return WarmUp.everything(snapshot, maxBytes);
        }
    }

    /** {@return figures of the store as it is now} */
    public StoreStats stats() {
        requireOpen();
        return whileOpen(this::figures);
    }

    private StoreStats figures() {
        return statistics.figures(engine, pins, handles, config.clock().millis());
    }

    /** Lets {@link StoreStats#counts} and the latencies begin anew. */
    public void resetStats() {
        requireOpen();
        statistics.reset();
    }

    /** {@return where what is done to the store is counted} */
    Statistics statistics() {
        return statistics;
    }

    /** {@return an exception of an operation, as the caller gets it; it was counted} */
    RuntimeException failed(Throwable fault) {
        return statistics.failed(fault);
    }

    /**
     * Compares everything that the newest commit reaches with the file format, and accounts for
     * every page of the file. Waits for the running write transaction and checkpoint, then runs
     * beside the store.
     *
     * <p>Damaged bytes are reported, not thrown.
     */
    public CheckReport check(Progress progress) {
        requireOpen();
        return new StoreCheck(engine).check(config.clock().millis(), progress);
    }

    /**
     * Reads the whole store and compares its checksums and structure, at a bounded rate while the
     * store is in use. Unlike {@link #check} it does not look for leaked pages. An interrupt ends
     * the pauses, not the work.
     *
     * @param bytesPerSecond at most so many bytes are read, at least 4096
     */
    public CheckReport scrub(long bytesPerSecond, Progress progress) {
        requireOpen();
        if (bytesPerSecond < 4096) {
            throw new IllegalArgumentException(
                    "rate: bytesPerSecond=" + bytesPerSecond + ", min=4096");
        }
        return new StoreCheck(engine).scrub(config.clock().millis(), bytesPerSecond, progress);
    }

    /**
     * {@return what the snapshots and readers of all processes that have the store open keep, those
     * of the oldest commits first}
     *
     * <p>They come and go while this looks; a process that was killed may be among them until
     * somebody opens the store or makes a checkpoint.
     */
    public List<OpenReader> openReaders() {
        requireOpen();
        return whileOpen(() -> OpenReader.list(engine, config.clock().millis()));
    }

    /**
     * Writes the newest commit into a new store, while this one stays in use: a backup, or a file
     * without free space. All column families are copied in the order of their keys, under the page
     * size of this store; then the copy is checked as {@link #check} does, its entries are counted,
     * and it is made durable. Until that is done it has another name, {@code TARGET-copying-} and a
     * number, which is removed again when this throws.
     *
     * <p>A snapshot is open meanwhile. Commit ids and commit times start anew in the copy, which
     * has no named snapshots.
     *
     * @param target where the copy is to be; no file may be there
     * @param isCompact whether leaves are filled to the end, which suits what is read and appended
     *     to; otherwise a fifth of each stays free for keys that will come in between
     * @param progress is told entries
     * @throws IllegalArgumentException when there is a file at the target, or no directory for it
     * @throws dev.coppice.error.StoreFullException when there is no room for the copy
     * @throws dev.coppice.error.CorruptStoreException when this store is damaged
     */
    public CopyReport copyTo(Path target, boolean isCompact, Progress progress) {
        Objects.requireNonNull(progress, "progress");
        requireOpen();
        try (Snapshot newest = snapshot()) {
            return copyTo(newest, target, isCompact, progress);
        }
    }

    /** As {@link #copyTo(Path, boolean, Progress)}, of the commit that a snapshot shows. */
    public CopyReport copyTo(Snapshot snapshot, Path target, boolean isCompact, Progress progress) {
        Objects.requireNonNull(progress, "progress");
        requireOwn(snapshot);
        return new StoreCopy(this, snapshot, target, isCompact).run(progress);
    }

    /**
     * Writes what changed from one snapshot to another into a new file: an incremental backup,
     * which {@link #restore} applies to a copy of the first. It costs what was changed, see {@link
     * SnapshotDiff}. As a copy it has another name until it is whole and on the medium.
     *
     * @param since what the one who restores has: a copy of it, or what an earlier increment led to
     * @param until what he gets; not older
     * @param target where the file is to be; no file may be there
     * @param progress is told changes, twice the same number
     * @throws IllegalArgumentException when there is a file at the target, or no directory for it,
     *     or {@code until} is older
     */
    public IncrementReport copySince(
            Snapshot since, Snapshot until, Path target, Progress progress) {
        Objects.requireNonNull(progress, "progress");
        requireOwn(since);
        requireOwn(until);
        return new IncrementalCopy(engine.store().header(), since, until, target).run(progress);
    }

    /**
     * Applies increments, in their order, to this store: a copy ({@link #copyTo(Path, boolean,
     * Progress)}) of what the first begins with, that nobody has changed since but this. All files
     * are read and compared with their checksums first; then everything is done in one transaction,
     * which is durable when this returns. When it throws, nothing was changed.
     *
     * <p>Named snapshots are not restored; those that this store has stay.
     *
     * @param progress is told changes, and how many there are
     * @throws IllegalArgumentException for an increment of another store, one that is missing
     *     between two, or a wrong order
     * @throws UnsupportedFormatException for a file that is no increment, or one of a newer version
     * @throws dev.coppice.error.CorruptStoreException for one that is damaged or cut off
     * @throws dev.coppice.error.StoreIoException when the system refuses one
     */
    public RestoreReport restore(List<Path> increments, Progress progress) {
        Objects.requireNonNull(progress, "progress");
        requireOpen();
        return new Restoration(this, engine.store().header(), increments).run(progress);
    }

    /** Records that a copy is one of a root of this store, as the last thing it does. */
    void writeOrigin(WriteTransaction copy, long txn) {
        HeaderBlock header = engine.store().header();
        copy.view.origin(header.storeHigh(), header.storeLow(), txn);
    }

    int pageBytes() {
        return engine.pageSize().bytes();
    }

    /**
     * Called before a handle says that it was closed while it read: what it read may have been cut
     * off the file meanwhile, and the fault of that may still be on its way.
     */
    void passFaults() {
        try {
            engine.storage().deliveryPoint();
        } catch (InternalError e) {
            LOG.log(System.Logger.Level.DEBUG, "a closed handle read behind the file's end", e);
        }
    }

    /** Runs what another thread's close may overtake: the memory it reads is gone then. */
    private <T> T whileOpen(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    private void checkNotRefused() {
        try {
            handles.checkNotRefused();
        } catch (IllegalStateException | StoreException e) {
            throw failed(e);
        }
    }

    /** Throws when the store takes no new work any more. */
    void requireOpen() {
        if (isClosing) {
            throw new StoreClosedException("the store is closed");
        }
    }

    /**
     * Closes the store: refuses new work, commits the batches that wait, waits for the running
     * write transaction, waits up to the close timeout for open snapshots and then closes them,
     * makes everything durable, and marks the file as closed in order.
     *
     * <p>Idempotent: when another thread is closing the store, this waits until that one is done.
     * An interrupt cuts no wait short; the thread finds its flag set afterwards.
     *
     * @throws IllegalStateException when this thread has a write transaction open
     * @throws dev.coppice.error.BusyException when another process stands still in a checkpoint:
     *     the store is closed then, and its newest commits are left to others to make durable
     */
    @Override
    public void close() {
        transactions.requireNone();
        if (batches != null && !isClosing) {
            batches.close();
        }
        boolean isFirst;
        synchronized (this) {
            isFirst = !isClosing;
            isClosing = true;
        }
        if (isFirst) {
            try {
                closing.run();
            } finally {
                closed.countDown();
            }
        } else if (!duties.isTelling()) {
            Uninterrupted.run(closed::await);
        }
    }
}
