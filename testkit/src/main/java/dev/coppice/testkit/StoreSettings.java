package dev.coppice.testkit;

import dev.coppice.StoreConfig;
import dev.coppice.SyncLevel;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How the store of a test is opened; on a method it wins over the class. What it does not name is
 * as in {@link CheckedStore#smallPages}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface StoreSettings {
    /** {@return what it lies on} */
    Medium on() default Medium.MEMORY;

    /** {@return page size, a power of two from 512 to 65,536} */
    int pageBytes() default 512;

    /** {@return what a commit waits for} */
    SyncLevel syncLevel() default SyncLevel.NORMAL;

    /** {@return largest size of the data file, at least 1 MiB} */
    long maxBytes() default CheckedStore.MAX_BYTES;

    /** How the settings become a configuration. Stateless. */
    final class Reading {
        private Reading() {}

        /** {@return the configuration that settings stand for} */
        public static StoreConfig config(StoreSettings settings) {
            return CheckedStore.smallPages()
                    .withPageBytes(settings.pageBytes())
                    .withSyncLevel(settings.syncLevel())
                    .withMaxBytes(settings.maxBytes());
        }
    }
}
