package dev.coppice.perf.compare;

import dev.coppice.perf.compare.store.Peer;
import dev.coppice.perf.figures.Sample;
import dev.coppice.perf.figures.Table;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A bar that Coppice has to clear.
 *
 * @param name what it is about
 * @param ours Coppice's figure
 * @param theirs the figure that it is compared with, or null where it stands for itself
 * @param isAtLeast whether theirs by ours must reach the bar, else ours must stay below it
 * @param required the bar
 */
record Bar(String name, Term ours, Term theirs, boolean isAtLeast, double required) {
    /** Where a figure is found. */
    record Term(Peer peer, String suite, String work, ToDoubleFunction<Row> figure) {
        double of(Row row) {
            return figure.applyAsDouble(row);
        }

        Map<Integer, Row> rounds(Results results) {
            return results.rounds(suite, work, peer.name());
        }
    }

    /** What the rounds gave for a bar. */
    record Outcome(Bar bar, double ours, double theirs, Sample ratios) {
        /** {@return whether even the better end of the spread misses it} */
        boolean isShort() {
            return bar.isAtLeast() ? ratios.max() < bar.required() : ratios.min() > bar.required();
        }

        String line() {
            return String.join(
                    "\t",
                    "bar",
                    bar.name(),
                    number(ours),
                    bar.theirs() == null ? "-" : number(theirs),
                    number(ratios.median()),
                    (bar.isAtLeast() ? ">=" : "<=") + number(bar.required()),
                    isShort() ? "short" : "ok");
        }

        /** Adds the same for people, with the spread. */
        void row(Table table) {
            table.row(
                    bar.name(),
                    Table.number(ours),
                    bar.theirs() == null ? "-" : Table.number(theirs),
                    Table.ratio(ratios.median()),
                    Table.ratio(ratios.min()) + "-" + Table.ratio(ratios.max()),
                    (bar.isAtLeast() ? "at least " : "at most ") + number(bar.required()),
                    isShort() ? "short" : "ok");
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** {@return what the results give for it, or null where they have no figure for it} */
    Outcome outcome(Results results) {
        Map<Integer, Row> oursByRound = ours.rounds(results);
        Map<Integer, Row> theirsByRound = theirs == null ? oursByRound : theirs.rounds(results);
        var ownFigures = new Sample();
        var otherFigures = new Sample();
        var ratios = new Sample();
        for (Map.Entry<Integer, Row> round : oursByRound.entrySet()) {
            Row other = theirsByRound.get(round.getKey());
            if (other != null) {
                double own = ours.of(round.getValue());
                double others = theirs == null ? 1 : theirs.of(other);
                ownFigures.add(own);
                otherFigures.add(others);
                ratios.add(isAtLeast && theirs != null ? others / own : own / others);
            }
        }
        return ratios.isEmpty()
                ? null
                : new Outcome(this, ownFigures.median(), otherFigures.median(), ratios);
    }
}
