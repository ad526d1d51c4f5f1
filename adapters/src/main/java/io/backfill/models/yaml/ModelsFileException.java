package io.backfill.models.yaml;

import java.io.Serial;

/** What is wrong with a models file: its name, the line, the key, and what is expected there. */
final class ModelsFileException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    ModelsFileException(String message) {
        super(message);
    }
}
