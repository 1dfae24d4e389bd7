package dev.coppice.testkit.junit;

import dev.coppice.Store;
import dev.coppice.StoreConfig;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.Medium;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.StoreSettings;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test a store of its own, and fails the test when something is wrong with the store
 * afterwards, as {@link CheckedStore#close} says.
 *
 * {@snippet :
 * @ExtendWith(StoreExtension.class)
 * @StoreSettings(on = Medium.FILE, pageBytes = 1024)
 * class BankTest {
 *     @Test
 *     void transferKeepsTheSum(Store store) {}
 * }
 * }
 *
 * <p>A test method, and each method before and after it, may have parameters of type {@link Store},
 * {@link CheckedStore} and, on a simulated disk, {@link SimulatedDisk}: all of one store, which is
 * opened when the first of them is asked for. {@link StoreSettings} on the method or the class says
 * how; for any other configuration the extension is registered as a field:
 *
 * {@snippet :
 * @RegisterExtension
 * final StoreExtension stores = StoreExtension.with(Medium.SIMULATED_DISK, config);
 * }
 *
 * <p>A test that fails by itself keeps its failure; what the check finds is added as suppressed.
 *
 * <p>Thread safety: immutable; tests may run in parallel.
 */
public final class StoreExtension implements ParameterResolver, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(StoreExtension.class);

    private final Medium medium;
    private final @Nullable StoreConfig config;

    /** For {@code @ExtendWith}: {@link StoreSettings} says how stores are opened. */
    public StoreExtension() {
        this.medium = Medium.MEMORY;
        this.config = null;
    }

    private StoreExtension(Medium medium, StoreConfig config) {
        this.medium = medium;
        this.config = config;
    }

    /** {@return an extension to register as a field; annotations change nothing} */
    public static StoreExtension with(Medium medium, StoreConfig config) {
        return new StoreExtension(medium, config);
    }

    /** Keeps JUnit from closing it before the test's own methods are done with it. */
    private record Held(CheckedStore checked) {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        boolean isOfTest =
                parameter.getDeclaringExecutable() instanceof Method method
                        && !Modifier.isStatic(method.getModifiers())
                        && context.getTestMethod().isPresent();
        return isOfTest
                && (type == Store.class
                        || type == CheckedStore.class
                        || type == SimulatedDisk.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        CheckedStore checked = checked(context);
        if (type == Store.class) {
            return checked.store();
        }
        return type == SimulatedDisk.class ? checked.disk() : checked;
    }

    private CheckedStore checked(ExtensionContext context) {
        ExtensionContext.Store held = context.getStore(NAMESPACE);
        Held known = held.get(this, Held.class);
        if (known == null) {
            known = new Held(open(context));
            held.put(this, known);
        }
        return known.checked();
    }

    private CheckedStore open(ExtensionContext context) {
        if (config != null) {
            return CheckedStore.open(medium, config);
        }
        return settings(context)
                .map(found -> CheckedStore.open(found.on(), StoreSettings.Reading.config(found)))
                .orElseGet(() -> CheckedStore.open(medium));
    }

    /** Those of the method, or of the innermost class that has some. */
    private static Optional<StoreSettings> settings(ExtensionContext context) {
        Optional<ExtensionContext> place = Optional.of(context);
        while (place.isPresent()) {
            Optional<StoreSettings> found =
                    place.get()
                            .getElement()
                            .map(element -> element.getAnnotation(StoreSettings.class));
            if (found.isPresent()) {
                return found;
            }
            place = place.get().getParent();
        }
        return Optional.empty();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Held known = context.getStore(NAMESPACE).remove(this, Held.class);
        if (known != null) {
            known.checked().close();
        }
    }
}
