package dev.coppice.fuzz.corrupt;

import com.sun.management.ThreadMXBean;
import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.Verify;
import dev.coppice.error.StoreException;
import dev.coppice.fuzz.run.Failure;
import dev.coppice.fuzz.run.Run;
import dev.coppice.fuzz.run.Suite;
import dev.coppice.storage.MemoryStorage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The suite {@code corrupt}: a scenario is a file with one thing damaged that is opened, read,
 * checked and written to, within bounds of time and memory. The scenarios {@code memory} run in
 * this process, {@code file} in one that compiles with C1 only, on files.
 */
public final class CorruptRuns implements Suite {
    private static final long ENOUGH = 50_000;
    private static final long MAX_SECONDS = 60;
    private static final long MAX_ALLOCATED_BYTES = 256L << 20;
    private static final long MAX_STORE_BYTES = 16 << 20;
    private static final int[] PAGE_SIZES = {512, 1024, 4096};
    private static final List<Verify> VERIFIES = List.of(Verify.values());
    private static final String MEMORY = "memory";
    private static final String FILE = "file";

    private final List<Specimen> specimens = new ArrayList<>();
    private Path directory;

    @Override
    public String name() {
        return "corrupt";
    }

    @Override
    public String purpose() {
        return "damaged files whose checksums are right, opened, read and written to";
    }

    @Override
    public void run(Run run) throws IOException, InterruptedException {
        for (int pageBytes : PAGE_SIZES) {
            specimens.add(Specimen.grow(pageBytes));
        }
        boolean hasLimit = run.budget().seconds() > 0 || run.budget().scenarios() > 0;
        if (run.wants(FILE)) {
            if (run.budget().only() == null) {
                runCompiledByC1(run, hasLimit);
            } else {
                directory = Files.createTempDirectory("coppice-corrupt");
                each(run, FILE);
                clear();
                Files.delete(directory);
            }
        }
        if (run.wants(MEMORY)) {
            each(run, MEMORY);
        }
    }

    private void runCompiledByC1(Run run, boolean hasLimit)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        command.add(
                "-Dcoppice.fuzz.failures="
                        + System.getProperty("coppice.fuzz.failures", "target/failures"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.coppice.fuzz.run.Fuzz", name(), "--only", FILE));
        command.addAll(List.of("--seed", Long.toString(run.seed())));
        String share =
                run.budget().seconds() > 0
                        ? "--seconds=" + Math.max(1, run.budget().seconds() / 3)
                        : "--scenarios=" + (hasLimit ? run.budget().scenarios() / 4 : ENOUGH / 10);
        command.addAll(List.of(share.split("=", 2)));
        if (run.budget().stopsAtFailure()) {
            command.add("--stop");
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String last = "";
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
                System.out.println(line);
            }
        }
        int exit = process.waitFor();
        if (last.endsWith(" failures")) {
            long scenarios = Long.parseLong(last.substring(0, last.indexOf(' ')));
            run.add("as files, compiled by C1", scenarios);
            run.scenarios(scenarios, FILE);
        }
        if (exit != 0) {
            String repeat = "corrupt --only file --seed " + run.seed();
            AssertionError error = new AssertionError("it ended with " + exit + ": " + last);
            run.fail(new Failure("the process compiled by C1", repeat, List.of(), error));
        }
    }

    private void each(Run run, String where) throws InterruptedException {
        Damage.Kind[] kinds = Damage.Kind.values();
        for (long i = 0; !run.isOver() && (i < ENOUGH || run.budget().seconds() > 0); i++) {
            long seed = run.seed() + i;
            Damage.Kind kind = kinds[Math.floorMod(seed, kinds.length)];
            FutureTask<Integer> task = new FutureTask<>(() -> examine(where, kind, seed));
            Thread.ofPlatform().daemon().start(task);
            try {
                boolean hasErrors = task.get(MAX_SECONDS, TimeUnit.SECONDS) > 0;
                run.add(kind + (hasErrors ? " told" : " harmless"), 1);
            } catch (ExecutionException e) {
                fail(run, where, kind, seed, e.getCause());
            } catch (TimeoutException e) {
                fail(run, where, kind, seed, new AssertionError("it hangs", e));
            }
            run.scenarios(1, kind + " " + seed);
        }
    }

    private static void fail(Run run, String where, Damage.Kind kind, long seed, Throwable error) {
        String repeat = "corrupt --only " + where + " --seed " + seed + " --scenarios 1";
        run.fail(new Failure(kind + " " + seed, repeat, List.of(), error));
    }

    /** {@return how many operations ended with an error of the store} */
    private int examine(String where, Damage.Kind kind, long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        Specimen specimen = specimens.get(random.nextInt(specimens.size()));
        byte[] bytes = specimen.bytes().toArray(ValueLayout.JAVA_BYTE);
        MemorySegment file = MemorySegment.ofArray(bytes);
        long length = new Damage(random, file, specimen).inflict(kind);
        boolean mustBeRight = kind == Damage.Kind.UNSEALED;
        Verify verify = random.nextBoolean() ? Verify.ALWAYS : Verify.FIRST_TOUCH;
        StoreConfig config =
                StoreConfig.defaults()
                        .withPageBytes(specimen.pageBytes())
                        .withVerify(
                                mustBeRight
                                        ? verify
                                        : VERIFIES.get(random.nextInt(VERIFIES.size())))
                        .withMaxBytes(MAX_STORE_BYTES);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int errors;
        try (Store store = open(where, file.asSlice(0, length), config)) {
            errors = new Examination(specimen, mustBeRight).examine(store);
        } catch (StoreException e) {
            errors = 1;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (allocated > MAX_ALLOCATED_BYTES) {
            throw new AssertionError("it allocated " + allocated + " bytes");
        }
        return errors;
    }

    private Store open(String where, MemorySegment file, StoreConfig config) {
        if (where.equals(FILE)) {
            try {
                clear();
                Path path = directory.resolve("store");
                Files.write(path, file.toArray(ValueLayout.JAVA_BYTE));
                return Store.open(path, config);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        MemoryStorage storage = new MemoryStorage(MAX_STORE_BYTES);
        if (file.byteSize() > 0) {
            try (Arena arena = Arena.ofConfined()) {
                storage.create(arena.allocate(file.byteSize(), 8).copyFrom(file));
            }
        }
        return Store.on(storage, config);
    }

    private void clear() throws IOException {
        for (String name : List.of("store", "store-live", "store-creating")) {
            Files.deleteIfExists(directory.resolve(name));
        }
    }
}
