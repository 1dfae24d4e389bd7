package dev.coppice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.Store;
import dev.coppice.SyncLevel;
import dev.coppice.WriteTransaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Programs with a bug that shows only in a crash, and the same without it. */
class CrashTrialTest {
    private static final Pattern REPEAT = Pattern.compile("\\.only\\(\"(.*)\"\\)");

    /** Two entries that should always be equal. */
    private static void putBoth(Store store, int value, boolean isOneTransaction) {
        try (WriteTransaction txn = store.begin()) {
            txn.put("left".getBytes(UTF_8), Integer.toString(value).getBytes(UTF_8));
            if (isOneTransaction) {
                txn.put("right".getBytes(UTF_8), Integer.toString(value).getBytes(UTF_8));
            }
            txn.commit();
        }
        if (!isOneTransaction) {
            store.put("right", Integer.toString(value));
        }
    }

    private static void requireBothEqual(Store recovered, Crash crash) {
        assertEquals(recovered.get("left"), recovered.get("right"));
    }

    @Test
    void oneTransactionSurvivesEveryCrash() throws Exception {
        CrashTrial.Report report =
                CrashTrial.of(
                                store -> {
                                    for (int i = 0; i < 4; i++) {
                                        putBoth(store, i, true);
                                        store.checkpoint();
                                    }
                                })
                        .forEveryStep(CrashTrialTest::requireBothEqual);
        assertTrue(report.steps() > 50, report.toString());
        assertTrue(report.images() > 2 * report.steps(), report.toString());
        assertTrue(report.recoveryImages() > report.steps() / 8, report.toString());
    }

    @Test
    void twoTransactionsWhereOneIsNeededAreFoundAndRepeated() {
        CrashTrial trial =
                CrashTrial.of(store -> {
                    putBoth(store, 1, false);
                    putBoth(store, 2, false);
                });
        AssertionError found =
                assertThrows(
                        AssertionError.class,
                        () -> trial.forEveryStep(CrashTrialTest::requireBothEqual));
        Matcher matcher = REPEAT.matcher(found.getMessage());
        assertTrue(matcher.find(), found.getMessage());

        AssertionError again =
                assertThrows(
                        AssertionError.class,
                        () ->
                                trial.only(matcher.group(1))
                                        .forEveryStep(CrashTrialTest::requireBothEqual));

        assertEquals(found.getMessage(), again.getMessage());
        assertNotNull(again.getCause());
    }

    @Test
    void crashInsideRecoveryIsRepeatedByItsName() throws Exception {
        CrashTrial trial = CrashTrial.of(store -> store.put("a", "1")).recoveries(1);
        List<String> crashes = new ArrayList<>();
        trial.forEveryStep((_, crash) -> {
            if (crash.before() != null) {
                crashes.add(crash.toString());
            }
        });
        String one = crashes.get(crashes.size() / 2);
        List<String> repeated = new ArrayList<>();
        trial.only(one).forEveryStep((_, crash) -> repeated.add(crash.toString()));
        assertEquals(List.of(one), repeated);
        assertThrows(
                AssertionError.class,
                () -> trial.only("kill at step 9999").forEveryStep((_, _) -> {}));
    }

    @Test
    void acknowledgingBeforeTheCommitIsFound() {
        List<String> acknowledged = new ArrayList<>();
        CrashTrial trial =
                CrashTrial.of(store -> {
                    acknowledged.add("a");
                    store.put("a", "1");
                });
        assertThrows(
                AssertionError.class,
                () ->
                        trial.forEveryStep((recovered, crash) -> {
                            for (String key : acknowledged) {
                                assertNotNull(recovered.get(key));
                            }
                        }));
    }

    @Test
    void relyingOnTheMediumTakesFull() throws Exception {
        trialOfPowerLoss(SyncLevel.FULL);
        assertThrows(AssertionError.class, () -> trialOfPowerLoss(SyncLevel.NORMAL));
    }

    private static void trialOfPowerLoss(SyncLevel level) throws Exception {
        List<String> acknowledged = new ArrayList<>();
        CrashTrial.of(
                        store -> {
                            for (String key : List.of("a", "b", "c")) {
                                store.put(key, "1");
                                acknowledged.add(key);
                            }
                        })
                .config(CheckedStore.smallPages().withMaxBytes(1 << 20).withSyncLevel(level))
                .recoveries(0)
                .forEveryStep((recovered, crash) -> {
                    for (String key : acknowledged) {
                        assertNotNull(recovered.get(key), key);
                    }
                });
    }

    @Test
    void programThatLeavesAReaderOpenFails() {
        AssertionError found =
                assertThrows(
                        AssertionError.class,
                        () ->
                                CrashTrial.of(Store::snapshot)
                                        .powerLosses(0)
                                        .forEveryStep((_, _) -> {}));
        assertTrue(found.getMessage().contains("was left open"), found.getMessage());
    }

    @Test
    void oracleThatLeavesAReaderOpenFails() {
        CrashTrial trial = CrashTrial.of(store -> store.put("a", "1")).recoveries(0);
        assertThrows(AssertionError.class, () -> trial.forEveryStep((store, _) -> store.reader()));
    }

    @Test
    void failureOfTheProgramComesThrough() {
        assertThrows(
                IOException.class,
                () ->
                        CrashTrial.of(
                                        _ -> {
                                            throw new IOException("of the program");
                                        })
                                .forEveryStep((_, _) -> {}));
    }
}
