package dev.coppice.cli;

import java.util.Collection;
import java.util.Comparator;

/** Finds what a mistyped word may have meant. Stateless. */
final class Nearest {
    private Nearest() {}

    /** {@return the candidate that takes the fewest changes of letters, or null if none is near} */
    static String of(String word, Collection<String> candidates) {
        int limit = Math.max(1, word.length() / 2);
        return candidates.stream()
                .filter(candidate -> distance(word, candidate) <= limit)
                .min(
                        Comparator.comparingInt((String candidate) -> distance(word, candidate))
                                .thenComparing(Comparator.naturalOrder()))
                .orElseGet(() -> longer(word, candidates));
    }

    /** {@return the candidate that the word abbreviates, as ls does list, or null} */
    private static String longer(String word, Collection<String> candidates) {
        boolean isName = word.length() > 1 && Character.isLetter(word.charAt(0));
        return candidates.stream()
                .filter(candidate -> isName && abbreviates(word, candidate))
                .min(
                        Comparator.comparingInt(String::length)
                                .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    /** {@return whether the first letters agree and the others follow in that order} */
    private static boolean abbreviates(String word, String candidate) {
        int at = word.charAt(0) == candidate.charAt(0) ? 0 : -1;
        for (int i = 1; i < word.length() && at >= 0; i++) {
            at = candidate.indexOf(word.charAt(i), at + 1);
        }
        return at >= 0;
    }

    /**
     * {@return insertions, removals, replacements and swaps of neighbours from one to the other}
     */
    static int distance(String from, String to) {
        int[][] costs = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                costs[i][j] = i == 0 || j == 0 ? i + j : cost(costs, from, i, to, j);
            }
        }
        return costs[from.length()][to.length()];
    }

    private static int cost(int[][] costs, String from, int i, String to, int j) {
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        int cost = Math.min(costs[i - 1][j], costs[i][j - 1]) + 1;
        cost = Math.min(cost, costs[i - 1][j - 1] + (isSame ? 0 : 1));
        boolean isSwap =
                i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
        return isSwap ? Math.min(cost, costs[i - 2][j - 2] + 1) : cost;
    }
}
