package dev.coppice;

import dev.coppice.error.StoreIoException;
import dev.coppice.storage.MemoryStorage;
import dev.coppice.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/** A storage in memory whose flushes fail on request. Thread safety: any thread. */
final class FailingDisk {
    private final AtomicBoolean fails = new AtomicBoolean();
    private final Storage memory = new MemoryStorage(1 << 26);

    void failFlushes() {
        fails.set(true);
    }

    Storage storage() {
        return (Storage)
                Proxy.newProxyInstance(
                        Storage.class.getClassLoader(),
                        new Class<?>[] {Storage.class},
                        (_, method, arguments) -> {
                            if (method.getName().equals("sync") && fails.get()) {
                                throw new StoreIoException("the disk failed");
                            }
                            try {
                                return method.invoke(memory, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
