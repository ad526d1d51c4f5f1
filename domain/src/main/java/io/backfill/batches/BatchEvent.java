package io.backfill.batches;

import java.util.List;
import java.util.Optional;

/** What can happen to a batch. */
public sealed interface BatchEvent {
    /** The input is good: so many lines, of one model or (empty) of several. */
    record Planned(int total, Optional<String> model) implements BatchEvent {}

    /** The input is refused. */
    record Refused(List<LineError> errors) implements BatchEvent {}

    /** Somebody asked to cancel. */
    record CancelRequested() implements BatchEvent {}

    /**
     * Nothing is sent any more and the result files are about to be made under these ids.
     *
     * @param everyLineDone every line has its result: the batch will complete
     */
    record AssemblyBegun(ResultFiles results, boolean everyLineDone) implements BatchEvent {}

    /** The result files are made. Final counts and usage. */
    record Assembled(RequestCounts counts, Optional<Usage> usage, ResultFiles results) implements BatchEvent {}

    /** The window ended, or the cancel was asked for, before a line was planned: there is nothing to assemble. */
    record EndedUnplanned() implements BatchEvent {}
}
