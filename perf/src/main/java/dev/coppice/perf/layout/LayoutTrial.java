package dev.coppice.perf.layout;

import dev.coppice.perf.layout.LeafScan.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Measures one layout with one kind of keys, slice of work by slice: for each byte on standard
 * input it does one and prints a line of name, tab and nanoseconds of processor time per operation
 * (or the number that the name says). {@link LayoutComparison} starts it. Every value looked up is
 * compared with the one written, full scans by their sum; short scans are only known to have read
 * something.
 */
final class LayoutTrial {
    private static final int COLD_COUNT = 1_000_000;
    private static final int HOT_COUNT = 10_000;
    private static final int LOOKUPS = 100_000;
    private static final int SHORT_SCANS = 10_000;
    private static final int SHORT_LIMIT = 10;
    private static final boolean WITH_SCANS =
            Boolean.parseBoolean(System.getProperty("coppice.scans", "true"));

    /* Processor time, because other processes interrupt this one. */
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment value = arena.allocate(KeySet.VALUE_BYTES, Long.BYTES);
    private final KeySet.Kind kind;

    private LayoutTrial(KeySet.Kind kind) {
        this.kind = kind;
    }

    public static void main(String[] arguments) {
        new LayoutTrial(KeySet.Kind.valueOf(arguments[0])).run();
    }

    private void run() {
        var hotKeys = KeySet.of(kind, arena, HOT_COUNT);
        SpikeTree hot = null;
        for (int i = 0; i < 20; i++) {
            hot = new SpikeTree(arena, HOT_COUNT / 8);
            fill(hot, hotKeys, 0, HOT_COUNT);
        }
        SpikeTree hotTree = hot;
        IntConsumer hotLookups = slice -> lookupHot(hotTree, hotKeys, slice);
        var coldKeys = KeySet.of(kind, arena, COLD_COUNT);
        var probes = coldKeys.shuffled(arena);
        warm(10, hotLookups);
        report("hot get", 30, LOOKUPS, hotLookups);

        var coldTree = new SpikeTree(arena, COLD_COUNT / 12);
        report(
                "insert",
                COLD_COUNT / LOOKUPS,
                LOOKUPS,
                slice -> fill(coldTree, coldKeys, slice * LOOKUPS, (slice + 1) * LOOKUPS));
        report("cold get", 20, LOOKUPS, slice -> lookupCold(coldTree, probes, slice));
        reportSpace(coldTree);
        if (WITH_SCANS) {
            reportAllScans(hotTree, hotKeys, coldTree, coldKeys, probes);
        }
    }

    private void reportAllScans(
            SpikeTree hotTree, KeySet hotKeys, SpikeTree coldTree, KeySet coldKeys, KeySet probes) {
        reportScans("cold", coldTree, coldKeys, 1);
        reportScans("hot", hotTree, hotKeys, 20);
        reportShortScans("cold", coldTree, probes);
        reportShortScans("hot", hotTree, hotKeys);
    }

    private static void print(String name, double figure) {
        System.out.printf(Locale.ROOT, "%s\t%.2f%n", name, figure);
    }

    private static void report(String name, int slices, int operations, IntConsumer slice) {
        for (int i = 0; i < slices; i++) {
            awaitTurn();
            long start = THREADS.getCurrentThreadCpuTime();
            slice.accept(i);
            print(name, (double) (THREADS.getCurrentThreadCpuTime() - start) / operations);
        }
    }

    private static void warm(int slices, IntConsumer slice) {
        for (int i = 0; i < slices; i++) {
            slice.accept(i);
        }
    }

    private static void awaitTurn() {
        try {
            if (System.in.read() < 0) {
                throw new IllegalStateException("the comparison has gone");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void reportSpace(SpikeTree tree) {
        awaitTurn();
        print("bytes per entry", (double) tree.pageCount() * NodePage.PAGE_BYTES / COLD_COUNT);
        awaitTurn();
        print("entries per leaf", (double) COLD_COUNT / tree.leafCount());
        awaitTurn();
        print("height", tree.height());
    }

    private void fill(SpikeTree tree, KeySet keys, int from, int to) {
        for (int i = from; i < to; i++) {
            keys.putValue(value, i);
            tree.insert(keys.segment(), keys.at(i), keys.keyBytes(), value, 0, KeySet.VALUE_BYTES);
        }
    }

    private static void lookupCold(SpikeTree tree, KeySet probes, int slice) {
        int first = (int) ((long) slice * LOOKUPS % probes.count());
        for (int i = first; i < first + LOOKUPS; i++) {
            lookup(tree, probes, i);
        }
    }

    private static void lookupHot(SpikeTree tree, KeySet keys, int slice) {
        var random = new SplittableRandom(slice);
        for (int i = 0; i < LOOKUPS; i++) {
            lookup(tree, keys, random.nextInt(HOT_COUNT));
        }
    }

    private static void lookup(SpikeTree tree, KeySet keys, int index) {
        long found = tree.get(keys.segment(), keys.at(index), keys.keyBytes());
        long word = keys.valueWord(index);
        long at = found >>> 16;
        if (found == SpikeTree.NOT_FOUND
                || (found & 0xffff) != KeySet.VALUE_BYTES
                || tree.pages().get(Bytes.U64, at) != word
                || tree.pages().get(Bytes.U64, at + KeySet.VALUE_BYTES - Long.BYTES) != ~word) {
            throw new AssertionError("wrong value of key " + index + ": " + found);
        }
    }

    private void reportScans(String name, SpikeTree tree, KeySet keys, int rounds) {
        for (boolean readsAll : new boolean[] {false, true}) {
            long expected = expectedSum(keys, readsAll);
            var scan = new LeafScan(tree, readsAll);
            for (Source source : Source.values()) {
                IntConsumer scans = _ -> scanAll(scan, source, expected, rounds);
                warm(2, scans);
                report(
                        name + " scan " + (readsAll ? "all " : "one ") + source,
                        6,
                        keys.count() * rounds,
                        scans);
            }
        }
    }

    private static void scanAll(LeafScan scan, Source source, long expected, int rounds) {
        for (int i = 0; i < rounds; i++) {
            long sum = scan.sumAll(source);
            if (sum != expected) {
                throw new AssertionError("scan read " + sum + ", expected " + expected);
            }
        }
    }

    private long expectedSum(KeySet keys, boolean readsAll) {
        long sum = 0;
        for (int i = 0; i < keys.count(); i++) {
            keys.putValue(value, i);
            int wordBytes = readsAll ? KeySet.VALUE_BYTES & -Long.BYTES : 0;
            for (int at = 0; at < wordBytes; at += Long.BYTES) {
                sum += value.get(Bytes.U64, at);
            }
            int end = readsAll ? KeySet.VALUE_BYTES : 1;
            for (int at = wordBytes; at < end; at++) {
                sum += value.get(Bytes.U8, at);
            }
        }
        return sum;
    }

    private static void reportShortScans(String name, SpikeTree tree, KeySet keys) {
        for (boolean readsAll : new boolean[] {false, true}) {
            var scan = new LeafScan(tree, readsAll);
            for (Source source : Source.values()) {
                IntConsumer scans = slice -> shortScans(scan, source, keys, slice);
                warm(4, scans);
                report(
                        name + " scan of 10 " + (readsAll ? "all " : "one ") + source,
                        10,
                        SHORT_SCANS,
                        scans);
            }
        }
    }

    private static void shortScans(LeafScan scan, Source source, KeySet keys, int slice) {
        long sum = 0;
        for (int i = slice * SHORT_SCANS; i < (slice + 1) * SHORT_SCANS; i++) {
            long key = keys.at(i % keys.count());
            sum += scan.sumFrom(source, keys.segment(), key, keys.keyBytes(), SHORT_LIMIT);
        }
        if (sum == 0) {
            throw new AssertionError("short scans read nothing");
        }
    }
}
