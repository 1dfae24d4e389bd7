package dev.coppice.engine.check;

/**
 * The way to a page: the tree, and the pages from its root down. Text is made of it only for a
 * problem.
 *
 * <p>Thread safety: immutable.
 */
final class Path {
    private final Path parent;
    private final String step;
    private final long number;

    private Path(Path parent, String step, long number) {
        this.parent = parent;
        this.step = step;
        this.number = number;
    }

    static Path of(String name) {
        return new Path(null, name, -1);
    }

    Path page(long pageId) {
        return new Path(this, " > page ", pageId);
    }

    Path entry(int index) {
        return new Path(this, " entry ", index);
    }

    Path run(long firstPage) {
        return new Path(this, " > run at page ", firstPage);
    }

    @Override
    public String toString() {
        String before = parent == null ? "" : parent.toString();
        return before + step + (number < 0 ? "" : Long.toString(number));
    }
}
