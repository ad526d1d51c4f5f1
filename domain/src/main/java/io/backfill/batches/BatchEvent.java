package io.backfill.batches;

import java.util.List;
import java.util.Optional;

/** An event in the life of a batch. */
public sealed interface BatchEvent {
    /**
     * The input is valid and planned.
     *
     * @param total number of lines
     * @param model the only model; empty if there are several
     */
    record Planned(int total, Optional<String> model) implements BatchEvent {}

    /** The input was rejected. */
    record Refused(List<LineError> errors) implements BatchEvent {}

    /** A user requested a cancel. */
    record CancelRequested() implements BatchEvent {}

    /**
     * Sending has ended, and the result files are about to be made under these ids.
     *
     * @param everyLineDone whether every line has its result, so that the batch will complete
     */
    record AssemblyBegun(ResultFiles results, boolean everyLineDone) implements BatchEvent {}

    /** The result files are made. Counts and usage are final. */
    record Assembled(RequestCounts counts, Optional<Usage> usage, ResultFiles results) implements BatchEvent {}

    /** The window ended, or a cancel was requested, before the batch was planned: there is nothing to assemble. */
    record EndedUnplanned() implements BatchEvent {}
}
