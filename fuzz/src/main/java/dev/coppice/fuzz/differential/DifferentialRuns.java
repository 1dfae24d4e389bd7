package dev.coppice.fuzz.differential;

import dev.coppice.fuzz.op.OpGenerator;
import dev.coppice.fuzz.op.OpRuns;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.testkit.op.Keys;
import dev.coppice.testkit.op.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.stream.Stream;

/**
 * The suite {@code differential}: the same transactions, made at random, done to Coppice, LMDB and
 * SQLite, which hold the same at the end. All three have the same families throughout, and no
 * savepoints.
 */
public final class DifferentialRuns implements Suite {
    private static final long ENOUGH = 200;
    private static final int STEPS = 600;
    private static final int KEYS = 500;

    @Override
    public String name() {
        return "differential";
    }

    @Override
    public String purpose() {
        return "the same transactions in Coppice, LMDB and SQLite";
    }

    @Override
    public void run(Run run) throws IOException {
        OpRuns.run(
                run,
                name(),
                () -> run.scenarioCount() >= ENOUGH && run.budget().seconds() == 0,
                seed -> new OpGenerator(seed, KEYS).transactions(STEPS),
                DifferentialRuns::trial);
    }

    private static long trial(long seed, List<Op> ops) throws IOException {
        Path directory = Files.createTempDirectory("coppice-differential");
        try (Peer coppice = new CoppicePeer(directory.resolve("coppice"), 512 << seed % 4);
                Peer lmdb = new LmdbPeer(directory.resolve("lmdb"));
                Peer sqlite = new SqlitePeer(directory.resolve("sqlite"))) {
            List<Peer> peers = List.of(coppice, lmdb, sqlite);
            apply(peers, ops);
            for (String family : Peer.FAMILIES) {
                NavigableMap<byte[], byte[]> expected = coppice.contents(family);
                requireEqual(expected, lmdb.contents(family), "LMDB, family " + family);
                requireEqual(expected, sqlite.contents(family), "SQLite, family " + family);
            }
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return 1;
    }

    private static void apply(List<Peer> peers, List<Op> ops) {
        boolean isOpen = false;
        for (Op op : ops) {
            switch (op) {
                case Op.Begin _ -> {
                    if (isOpen) {
                        peers.forEach(Peer::abort);
                    }
                    peers.forEach(Peer::begin);
                    isOpen = true;
                }
                case Op.Commit _, Op.Abort _ -> {
                    if (isOpen) {
                        peers.forEach(op instanceof Op.Commit ? Peer::commit : Peer::abort);
                    }
                    isOpen = false;
                }
                case Op.Change change -> {
                    if (!isOpen) {
                        peers.forEach(Peer::begin);
                        isOpen = true;
                    }
                    peers.forEach(peer -> change(peer, change));
                }
                default -> {}
            }
        }
        if (isOpen) {
            peers.forEach(Peer::abort);
        }
    }

    private static void change(Peer peer, Op.Change change) {
        switch (change) {
            case Op.Put put -> put(peer, put.family(), put.key(), put.value());
            case Op.Fill fill -> {
                for (int i = 0; i < fill.count(); i++) {
                    put(peer, fill.family(), fill.first() + i, fill.value() + i);
                }
            }
            case Op.Delete delete -> {
                byte[] key = Keys.key(delete.key());
                if (key.length <= LmdbPeer.MAX_KEY_BYTES) {
                    peer.delete(delete.family(), key);
                }
            }
            case Op.DeleteRange range -> {
                byte[] one = bound(range.from());
                byte[] other = bound(range.to());
                boolean isSwapped =
                        one != null && other != null && Arrays.compareUnsigned(one, other) > 0;
                peer.deleteRange(range.family(), isSwapped ? other : one, isSwapped ? one : other);
            }
            case Op.DropFamily drop -> peer.deleteRange(drop.family(), null, null);
            case Op.Update _,
                    Op.CreateFamily _,
                    Op.Retain _,
                    Op.DropSnapshot _,
                    Op.TakeSavepoint _,
                    Op.RollBackTo _,
                    Op.ReleaseSavepoint _ -> {}
            case Op.PutExpiring _, Op.Touch _, Op.SetTtl _, Op.Purge _ ->
                    throw new IllegalArgumentException("the others know no expiry: " + change);
        }
    }

    private static byte[] bound(int key) {
        byte[] bytes = key < 0 ? null : Keys.key(key);
        return bytes == null || bytes.length > LmdbPeer.MAX_KEY_BYTES ? null : bytes;
    }

    private static void put(Peer peer, String family, int key, int value) {
        byte[] bytes = Keys.key(key);
        if (bytes.length <= LmdbPeer.MAX_KEY_BYTES) {
            peer.put(family, bytes, Keys.value(value));
        }
    }

    private static void requireEqual(
            NavigableMap<byte[], byte[]> expected,
            NavigableMap<byte[], byte[]> found,
            String where) {
        if (expected.size() != found.size()) {
            throw new AssertionError(
                    where + ": " + found.size() + " entries, Coppice has " + expected.size());
        }
        Iterator<Map.Entry<byte[], byte[]>> others = found.entrySet().iterator();
        for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
            Map.Entry<byte[], byte[]> other = others.next();
            if (!Arrays.equals(entry.getKey(), other.getKey())
                    || !Arrays.equals(entry.getValue(), other.getValue())) {
                throw new AssertionError(where + ": another entry");
            }
        }
    }
}
