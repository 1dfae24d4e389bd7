package dev.coppice.fuzz.races;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Readers that pin a root against the writer that looks for pins, in every order. */
final class OrdersTest {
    @TestFactory
    Stream<DynamicTest> writerSeesEveryPin() {
        return Orders.meetings().stream()
                .map(meeting ->
                        DynamicTest.dynamicTest(
                                meeting.name(),
                                () -> assertTrue(new Orders().explore(meeting) > 100)));
    }
}
