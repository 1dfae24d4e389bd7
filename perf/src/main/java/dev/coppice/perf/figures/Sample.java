package dev.coppice.perf.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the runs of one measurement gave. Thread safety: one thread. */
public final class Sample {
    private final List<Double> values = new ArrayList<>();

    public void add(double value) {
        values.add(value);
    }

    public double median() {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public double min() {
        return Collections.min(values);
    }

    public double max() {
        return Collections.max(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** {@return lowest to highest} */
    public String spread() {
        return Table.number(min()) + "-" + Table.number(max());
    }
}
