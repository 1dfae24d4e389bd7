package dev.coppice.fuzz.differential;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.KeyRange;
import org.lmdbjava.Txn;

/** LMDB through lmdbjava. Thread safety: one thread. */
final class LmdbPeer implements Peer {
    /** LMDB takes no longer keys. */
    static final int MAX_KEY_BYTES = 511;

    private final Env<byte[]> env;
    private final Map<String, Dbi<byte[]>> families = new HashMap<>();
    private Txn<byte[]> txn;

    LmdbPeer(Path path) {
        env =
                Env.create(ByteArrayProxy.PROXY_BA)
                        .setMapSize(256L << 20)
                        .setMaxDbs(FAMILIES.size())
                        .open(path.toFile(), EnvFlags.MDB_NOSUBDIR, EnvFlags.MDB_NOSYNC);
        for (String family : FAMILIES) {
            families.put(family, env.openDbi(family, DbiFlags.MDB_CREATE));
        }
    }

    @Override
    public void begin() {
        txn = env.txnWrite();
    }

    @Override
    public void put(String family, byte[] key, byte[] value) {
        families.get(family).put(txn, key, value);
    }

    @Override
    public void delete(String family, byte[] key) {
        families.get(family).delete(txn, key);
    }

    @Override
    public void deleteRange(String family, byte[] from, byte[] to) {
        List<byte[]> doomed = new ArrayList<>();
        KeyRange<byte[]> range = from == null ? KeyRange.all() : KeyRange.atLeast(from);
        try (CursorIterable<byte[]> cursor = families.get(family).iterate(txn, range)) {
            for (CursorIterable.KeyVal<byte[]> entry : cursor) {
                if (to != null && Arrays.compareUnsigned(entry.key(), to) >= 0) {
                    break;
                }
                doomed.add(entry.key().clone());
            }
        }
        doomed.forEach(key -> families.get(family).delete(txn, key));
    }

    @Override
    public void commit() {
        txn.commit();
        txn.close();
    }

    @Override
    public void abort() {
        txn.close();
    }

    @Override
    public NavigableMap<byte[], byte[]> contents(String family) {
        Ordered entries = new Ordered();
        try (Txn<byte[]> read = env.txnRead();
                CursorIterable<byte[]> cursor = families.get(family).iterate(read)) {
            for (CursorIterable.KeyVal<byte[]> entry : cursor) {
                entries.add(entry.key().clone(), entry.val().clone());
            }
        }
        return entries.map();
    }

    @Override
    public void close() {
        env.close();
    }
}
