package dev.coppice.fuzz.races;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/**
 * Threads on a memory with store buffers, in every order in which their accesses and the arrival of
 * their stores can follow each other.
 *
 * <p>Thread safety: one thread.
 */
final class StoreBuffers {
    /*
     * A thread has no stack of its own here. What it does next depends on nothing but what its loads
     * have returned, so it is run from its beginning with those answers, until it asks for one more.
     * A state is the answers of all threads, the stores that wait in their buffers, and the memory;
     * states that were seen are not entered again.
     *
     * A store of any mode waits in its thread's buffer, in order, and reaches the memory at any
     * later instant. Exchanges and full fences wait until the buffer is empty, volatile loads until
     * no volatile store is in it. So a volatile store may be overtaken by an acquire load, as the
     * memory model of Java allows, and x86, where volatile stores are fences, never shows.
     */
    private static final int MAX_STATES = 2_000_000;

    /** What a thread does, from its beginning. */
    @FunctionalInterface
    interface Program {
        /** {@return what it has found} */
        long run();
    }

    /** How an access is ordered behind the stores of its thread. */
    enum Order {
        WEAK,
        VOLATILE,
        FULL
    }

    /**
     * A word of the memory.
     *
     * @param segment the length of its segment, which no other has
     */
    record Place(long segment, long offset) {}

    private record Store(Place place, long value, boolean isVolatile) {}

    /** What a thread waits for: a load, an update, or, without a place, a fence. */
    private record Request(Place place, long initial, Order order, LongUnaryOperator update) {}

    /** How far a thread has come. */
    private record Standing(List<Long> answers, List<Store> buffer) {}

    private record State(List<Standing> threads, Map<Place, Long> memory) {}

    /** What a thread does behind its last answer: stores, and then a request or a result. */
    private record Next(List<Store> stores, Request request, long result) {}

    /** Thrown through a program that has to wait. */
    private static final class Suspended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Suspended() {
            super(null, null, false, false);
        }
    }

    private final List<Program> programs;
    private final Set<State> seen = new HashSet<>();
    private final Deque<State> open = new ArrayDeque<>();
    private final Set<String> outcomes = new TreeSet<>();
    private final List<Map<List<Long>, Next>> known = new ArrayList<>();

    // Of the program that runs now
    private Deque<Long> answers = new ArrayDeque<>();
    private List<Store> stores = new ArrayList<>();
    private Request request;

    StoreBuffers(List<Program> programs) {
        this.programs = List.copyOf(programs);
        programs.forEach(_ -> known.add(new HashMap<>()));
    }

    /** {@return the results that the threads can have together, each as "1, 2"} */
    Set<String> explore() {
        List<Standing> threads = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            threads.add(advanced(i, List.of(), List.of()));
        }
        enter(threads, Map.of());
        while (!open.isEmpty()) {
            expand(open.pop());
        }
        return outcomes;
    }

    /** {@return how many states there were} */
    int states() {
        return seen.size();
    }

    private void enter(List<Standing> threads, Map<Place, Long> memory) {
        State state = new State(List.copyOf(threads), Map.copyOf(memory));
        if (seen.add(state)) {
            open.push(state);
            if (seen.size() > MAX_STATES) {
                throw new IllegalStateException("too many states");
            }
        }
    }

    private void expand(State state) {
        List<String> results = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            Standing thread = state.threads().get(i);
            Next next = next(i, thread.answers());
            if (!thread.buffer().isEmpty()) {
                arrive(state, i);
            }
            if (next.request() == null) {
                results.add(Long.toString(next.result()));
            } else if (isReady(next.request(), thread.buffer())) {
                answer(state, i, next.request());
            }
        }
        if (results.size() == programs.size()) {
            outcomes.add(String.join(", ", results));
        }
    }

    /** Lets the oldest store of a thread reach the memory. */
    private void arrive(State state, int index) {
        Standing thread = state.threads().get(index);
        Map<Place, Long> memory = new HashMap<>(state.memory());
        Store oldest = thread.buffer().getFirst();
        memory.put(oldest.place(), oldest.value());
        List<Store> rest = thread.buffer().subList(1, thread.buffer().size());
        replace(state, index, new Standing(thread.answers(), List.copyOf(rest)), memory);
    }

    private static boolean isReady(Request request, List<Store> buffer) {
        return switch (request.order()) {
            case WEAK -> true;
            case VOLATILE -> buffer.stream().noneMatch(Store::isVolatile);
            case FULL -> buffer.isEmpty();
        };
    }

    private void answer(State state, int index, Request asked) {
        Standing thread = state.threads().get(index);
        Map<Place, Long> memory = new HashMap<>(state.memory());
        long value = 0;
        if (asked.place() != null) {
            value = memory.getOrDefault(asked.place(), asked.initial());
            Store own = own(asked.place(), thread.buffer());
            value = own == null ? value : own.value();
            if (asked.update() != null) {
                memory.put(asked.place(), asked.update().applyAsLong(value));
            }
        }
        List<Long> longer = new ArrayList<>(thread.answers());
        longer.add(value);
        replace(state, index, advanced(index, List.copyOf(longer), thread.buffer()), memory);
    }

    private void replace(State state, int index, Standing thread, Map<Place, Long> memory) {
        List<Standing> threads = new ArrayList<>(state.threads());
        threads.set(index, thread);
        enter(threads, memory);
    }

    /** Goes on as far as nobody else can tell: its stores wait, and it sees those itself. */
    private Standing advanced(int index, List<Long> answers, List<Store> buffer) {
        List<Long> all = new ArrayList<>(answers);
        List<Store> waiting = new ArrayList<>(buffer);
        Next next = next(index, List.copyOf(all));
        waiting.addAll(next.stores());
        while (isOwnLoad(next.request(), waiting)) {
            all.add(own(next.request().place(), waiting).value());
            next = next(index, List.copyOf(all));
            waiting.addAll(next.stores());
        }
        return new Standing(List.copyOf(all), List.copyOf(waiting));
    }

    private static boolean isOwnLoad(Request request, List<Store> buffer) {
        return request != null
                && request.order() == Order.WEAK
                && own(request.place(), buffer) != null;
    }

    private static Store own(Place place, List<Store> buffer) {
        for (Store store : buffer.reversed()) {
            if (store.place().equals(place)) {
                return store;
            }
        }
        return null;
    }

    // ---- running a program

    private Next next(int index, List<Long> given) {
        return known.get(index).computeIfAbsent(given, _ -> run(programs.get(index), given));
    }

    private Next run(Program program, List<Long> given) {
        answers = new ArrayDeque<>(given);
        stores = new ArrayList<>();
        request = null;
        long result = 0;
        try {
            result = program.run();
        } catch (Suspended e) {
            return new Next(stores, request, 0);
        }
        return new Next(stores, null, result);
    }

    private long ask(Request asked) {
        Long answer = answers.poll();
        if (answer == null) {
            request = asked;
            throw new Suspended();
        }
        // What was stored before has been told with the request that this answers.
        stores = new ArrayList<>();
        return answer;
    }

    /** A load of the running program; {@code initial} is there before any store. */
    long load(Place place, long initial, Order order) {
        return ask(new Request(place, initial, order, null));
    }

    /** A store of the running program. */
    void store(Place place, long value, boolean isVolatile) {
        stores.add(new Store(place, value, isVolatile));
    }

    /** An exchange of the running program; returns what was there. */
    long update(Place place, long initial, LongUnaryOperator update) {
        return ask(new Request(place, initial, Order.FULL, update));
    }

    /** A full fence of the running program. */
    void fence() {
        ask(new Request(null, 0, Order.FULL, null));
    }
}
