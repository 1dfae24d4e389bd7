package dev.coppice.testkit.jqwik;

import dev.coppice.Store;
import dev.coppice.testkit.CheckedStore;
import dev.coppice.testkit.Medium;
import dev.coppice.testkit.SimulatedDisk;
import dev.coppice.testkit.StoreSettings;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.ParameterResolutionContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.ResolveParameterHook;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives each try of a property a store of its own, and falsifies the try when something is wrong
 * with the store afterwards, as {@link CheckedStore#close} says.
 *
 * {@snippet :
 * @AddLifecycleHook(StoreHook.class)
 * @StoreSettings(on = Medium.SIMULATED_DISK)
 * class BankProperties {
 *     @Property
 *     void transferKeepsTheSum(@ForAll("transfers") List<Transfer> transfers, Store store) {}
 * }
 * }
 *
 * <p>A property may have parameters of type {@link Store}, {@link CheckedStore} and, on a simulated
 * disk, {@link SimulatedDisk}, without {@code @ForAll}. {@link StoreSettings} on the method or the
 * class says how the store is opened; for any other configuration the property opens a {@link
 * CheckedStore} in a {@code try} statement.
 *
 * <p>Thread safety: one thread, as jqwik runs its tries one after the other.
 */
public final class StoreHook implements ResolveParameterHook, AroundTryHook {
    private static final List<Class<?>> TYPES =
            List.of(Store.class, CheckedStore.class, SimulatedDisk.class);

    private @Nullable CheckedStore current;

    /** For {@code @AddLifecycleHook}. */
    public StoreHook() {}

    /** {@return that on a class it is meant for the properties inside} */
    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    @Override
    public Optional<ParameterSupplier> resolve(
            ParameterResolutionContext parameter, LifecycleContext context) {
        Class<?> type = parameter.parameter().getType();
        return TYPES.contains(type) ? Optional.of(_ -> argument(type, context)) : Optional.empty();
    }

    private Object argument(Class<?> type, LifecycleContext context) {
        CheckedStore checked = current;
        if (checked == null) {
            checked = open(context);
            current = checked;
        }
        if (type == Store.class) {
            return checked.store();
        }
        return type == SimulatedDisk.class ? checked.disk() : checked;
    }

    private static CheckedStore open(LifecycleContext context) {
        Optional<StoreSettings> settings = context.findAnnotation(StoreSettings.class);
        if (settings.isEmpty()) {
            settings = context.findAnnotationsInContainer(StoreSettings.class).stream().findFirst();
        }
        return settings.map(
                        found -> CheckedStore.open(found.on(), StoreSettings.Reading.config(found)))
                .orElseGet(() -> CheckedStore.open(Medium.MEMORY));
    }

    @Override
    public TryExecutionResult aroundTry(
            TryLifecycleContext context, TryExecutor executor, List<Object> parameters) {
        TryExecutionResult result = executor.execute(parameters);
        CheckedStore checked = current;
        current = null;
        if (checked == null) {
            return result;
        }
        try {
            checked.close();
            return result;
        } catch (AssertionError e) {
            if (!result.isFalsified()) {
                return TryExecutionResult.falsified(e);
            }
            result.throwable().ifPresent(thrown -> thrown.addSuppressed(e));
            return result;
        }
    }
}
