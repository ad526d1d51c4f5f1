package io.backfill.files;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when the store has no space left. Space may become available again: callers keep their data and retry later. */
public final class StorageFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
