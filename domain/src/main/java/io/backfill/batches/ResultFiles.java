package io.backfill.batches;

import io.backfill.ids.FileId;
import java.util.Optional;

/**
 * The ids of a batch's two result files and, once these are made, whether each has a line. The ids are fixed before the files are
 * made, so that making them twice gives the same files.
 */
public record ResultFiles(FileId output, FileId errors, boolean hasOutput, boolean hasErrors) {
    public static ResultFiles reserved(FileId output, FileId errors) {
        return new ResultFiles(output, errors, false, false);
    }

    public ResultFiles made(boolean withOutput, boolean withErrors) {
        return new ResultFiles(output, errors, withOutput, withErrors);
    }

    Optional<FileId> visibleOutput() {
        return hasOutput ? Optional.of(output) : Optional.empty();
    }

    Optional<FileId> visibleErrors() {
        return hasErrors ? Optional.of(errors) : Optional.empty();
    }
}
