package dev.coppice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every option of a configuration is found by reflection, so that none is forgotten here. */
class StoreConfigTest {
    private static final StoreConfig DEFAULTS = StoreConfig.defaults();

    private static List<Method> changes() {
        return Arrays.stream(StoreConfig.class.getMethods())
                .filter(method -> method.getName().startsWith("with"))
                .toList();
    }

    private static Method accessor(Method change) throws ReflectiveOperationException {
        String name = change.getName().substring("with".length());
        return StoreConfig.class.getMethod(
                name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
    }

    /** A value that an option takes and does not have by default. */
    private static Object other(Class<?> type, Object value) {
        if (value instanceof Boolean flag) {
            return !flag;
        }
        if (value instanceof Integer number) {
            return number * 2;
        }
        if (value instanceof Long number) {
            return number == 0 ? 1L << 20 : number * 2;
        }
        if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            return constants[0].equals(value) ? constants[1] : constants[0];
        }
        return otherObject(type);
    }

    private static Object otherObject(Class<?> type) {
        if (type == StoreListener.class) {
            return new StoreListener() {};
        }
        if (type == SnapshotPolicy.class) {
            return new SnapshotPolicy(SnapshotPolicy.Action.EVICT, 1, 1);
        }
        if (type == ExpirySweep.class) {
            return ExpirySweep.every(1);
        }
        if (type == Path.class) {
            return Path.of("counters");
        }
        assertEquals(InstantSource.class, type, "a type that this test does not know yet");
        return (InstantSource) () -> Instant.EPOCH;
    }

    private static StoreConfig changed(Method change) throws ReflectiveOperationException {
        Object value = accessor(change).invoke(DEFAULTS);
        return (StoreConfig) change.invoke(DEFAULTS, other(change.getParameterTypes()[0], value));
    }

    @Test
    void eachOptionIsSetWithoutTouchingTheOthersNorTheOriginal() throws Exception {
        assertTrue(changes().size() >= 12);
        for (Method change : changes()) {
            Object before = accessor(change).invoke(DEFAULTS);
            StoreConfig changed = changed(change);
            assertNotEquals(before, accessor(change).invoke(changed), change.getName());
            assertEquals(before, accessor(change).invoke(DEFAULTS), change.getName());
            StoreConfig back = (StoreConfig) change.invoke(changed, before);
            assertEquals(DEFAULTS, back, change.getName());
        }
    }

    @Test
    void configurationsAreEqualWhenAllTheirValuesAre() throws Exception {
        assertEquals(DEFAULTS, StoreConfig.defaults());
        assertNotSame(DEFAULTS, DEFAULTS.withReadOnly(DEFAULTS.readOnly()));
        assertEquals(DEFAULTS.hashCode(), StoreConfig.defaults().hashCode());
        assertNotEquals(DEFAULTS, null);
        assertNotEquals(DEFAULTS, "StoreConfig");
        for (Method change : changes()) {
            assertNotEquals(DEFAULTS, changed(change), change.getName());
        }
    }

    @Test
    void theTextNamesEveryValue() throws Exception {
        for (Method change : changes()) {
            String name = accessor(change).getName();
            String expected = name + "=" + accessor(change).invoke(DEFAULTS);
            assertTrue(DEFAULTS.toString().contains(expected), DEFAULTS + " lacks " + expected);
        }
        assertTrue(DEFAULTS.toString().startsWith("StoreConfig{syncLevel=NORMAL, "));
    }

    @Test
    void noOptionTakesNull() {
        for (Method change : changes()) {
            if (!change.getParameterTypes()[0].isPrimitive()) {
                Exception thrown =
                        assertThrows(
                                ReflectiveOperationException.class,
                                () -> change.invoke(DEFAULTS, (Object) null));
                assertSame(NullPointerException.class, thrown.getCause().getClass());
            }
        }
    }
}
