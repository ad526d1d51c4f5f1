package io.backfill.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store has no room left. Space may come back: callers keep what they have and try again later. */
public final class StorageFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
