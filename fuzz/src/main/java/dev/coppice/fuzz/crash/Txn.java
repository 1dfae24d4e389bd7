package dev.coppice.fuzz.crash;

import dev.coppice.engine.WriteView;
import dev.coppice.engine.btree.TreeRoot;
import dev.coppice.testkit.model.Contents;

/**
 * A write transaction on the store and on the model.
 *
 * <p>Thread safety: one thread.
 */
public final class Txn {
    private final WriteView view;
    private Contents work;

    /** A point to return to, in both. */
    public static final class Savepoint {
        private final WriteView.Savepoint point;
        private final Contents contents;

        private Savepoint(WriteView.Savepoint point, Contents contents) {
            this.point = point;
            this.contents = contents;
        }
    }

    Txn(WriteView view, Contents work) {
        this.view = view;
        this.work = work;
    }

    /** {@return what the store should contain when the transaction commits now} */
    Contents contents() {
        return work;
    }

    private TreeRoot tree(String family) {
        return family.equals(Contents.DEFAULT) ? view.defaultFamily() : view.family(family);
    }

    public void put(byte[] key, byte[] value) {
        put(Contents.DEFAULT, key, value);
    }

    public void put(String family, byte[] key, byte[] value) {
        view.put(tree(family), key, key.length, value, 0, value.length);
        work.put(family, key, value);
    }

    public void delete(byte[] key) {
        delete(Contents.DEFAULT, key);
    }

    public void delete(String family, byte[] key) {
        view.delete(tree(family), key, key.length);
        work.delete(family, key);
    }

    /** Removes the keys in [from, to), null for no bound. */
    public void deleteRange(String family, byte[] from, byte[] to) {
        view.deleteRange(tree(family), from, to);
        work.deleteRange(family, from, to);
    }

    public void createFamily(String family) {
        view.createFamily(family);
        work.create(family);
    }

    public void dropFamily(String family) {
        view.dropFamily(family);
        work.drop(family);
    }

    public Savepoint savepoint() {
        return new Savepoint(view.savepoint(), work.copy());
    }

    public void rollbackTo(Savepoint savepoint) {
        view.rollbackTo(savepoint.point);
        work = savepoint.contents.copy();
    }

    public void release(Savepoint savepoint) {
        view.release(savepoint.point);
    }
}
