package dev.coppice.error;

import org.jspecify.annotations.Nullable;

/** Something other than the caller's arguments kept the store from doing what was asked. */
public abstract sealed class StoreException extends RuntimeException
        permits CorruptStoreException,
                UnsupportedFormatException,
                StoreIoException,
                CommitInDoubtException,
                StoreFullException,
                StoreClosedException,
                SnapshotClosedException,
                BusyException,
                ReadOnlyException,
                AuthenticationException,
                ExtensionException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
