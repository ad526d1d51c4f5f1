package io.backfill.batches;

import io.backfill.ids.FileId;
import java.util.List;
import java.util.Optional;

/**
 * The ids of a batch's two result files and, once these are made, whether each has a line. The ids are fixed before the files are
 * made, so that making them twice gives the same files.
 *
 * @param partitions which part of the files each log has become, in the order of the files; empty before the files are made, and if
 *     they were not made from the logs
 */
public record ResultFiles(
        FileId output, FileId errors, boolean hasOutput, boolean hasErrors, List<PartitionBytes> partitions) {
    public ResultFiles {
        partitions = List.copyOf(partitions);
    }

    public static ResultFiles reserved(FileId output, FileId errors) {
        return new ResultFiles(output, errors, false, false, List.of());
    }

    public ResultFiles made(boolean withOutput, boolean withErrors) {
        return made(withOutput, withErrors, List.of());
    }

    public ResultFiles made(boolean withOutput, boolean withErrors, List<PartitionBytes> from) {
        return new ResultFiles(output, errors, withOutput, withErrors, from);
    }

    Optional<FileId> visibleOutput() {
        return hasOutput ? Optional.of(output) : Optional.empty();
    }

    Optional<FileId> visibleErrors() {
        return hasErrors ? Optional.of(errors) : Optional.empty();
    }
}
