package io.backfill.models.yaml;

import java.io.Serial;

/** Thrown when a models file is invalid. The message names the file, the line, the key and what is expected. */
final class ModelsFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    ModelsFileException(String message) {
        super(message);
    }
}
