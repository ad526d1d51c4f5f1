package io.backfill.batches;

import static io.backfill.batches.BatchStatus.CANCELLED;
import static io.backfill.batches.BatchStatus.CANCELLING;
import static io.backfill.batches.BatchStatus.COMPLETED;
import static io.backfill.batches.BatchStatus.EXPIRED;
import static io.backfill.batches.BatchStatus.FAILED;
import static io.backfill.batches.BatchStatus.FINALIZING;
import static io.backfill.batches.BatchStatus.IN_PROGRESS;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The life cycle of a batch, as one pure function.
 *
 * <pre>
 * validating ── Refused ──► failed            validating ── EndedUnplanned ──► expired
 * validating ── Planned ──► in_progress ── AssemblyBegun(every line) ──► finalizing ── Assembled ──► completed
 *                           in_progress ── AssemblyBegun(not every line) ──► in_progress ── Assembled ──► expired
 * validating, in_progress, finalizing ── CancelRequested ──► cancelling ── Assembled or EndedUnplanned ──► cancelled
 * </pre>
 *
 * Rules that are easy to miss: a batch in progress never becomes failed; a deadline that passes in cancelling or finalizing
 * changes nothing; a cancel in finalizing leads to cancelled, with all files.
 */
public final class BatchTransitions {
    private BatchTransitions() {}

    /**
     * Returns the batch after {@code event}. An event that was already applied returns the same batch (same version), because any
     * worker may deliver an event twice.
     *
     * @param now truncated to the second, and never taken as earlier than the last status change
     * @throws IllegalTransitionException if the event does not apply to the status
     */
    public static Batch apply(Batch batch, BatchEvent event, Instant now) {
        return switch (event) {
            case BatchEvent.Planned planned -> planned(batch, planned, now);
            case BatchEvent.Refused refused -> refused(batch, refused, now);
            case BatchEvent.CancelRequested cancel -> cancelRequested(batch, cancel, now);
            case BatchEvent.AssemblyBegun begun -> assemblyBegun(batch, begun, now);
            case BatchEvent.Assembled assembled -> assembled(batch, assembled, now);
            case BatchEvent.EndedUnplanned ended -> endedUnplanned(batch, ended, now);
        };
    }

    private static Batch planned(Batch batch, BatchEvent.Planned event, Instant now) {
        return switch (batch.status()) {
            case VALIDATING -> new Change(batch).plan(event).enter(IN_PROGRESS, now);
            // the plan is kept, because the cancel settles its lines
            case CANCELLING ->
                batch.counts().total() == event.total()
                        ? batch
                        : new Change(batch).plan(event).stay();
            case IN_PROGRESS -> batch;
            case FINALIZING, COMPLETED, FAILED, EXPIRED, CANCELLED ->
                throw new IllegalTransitionException(batch.status(), event);
        };
    }

    private static Batch refused(Batch batch, BatchEvent.Refused event, Instant now) {
        return switch (batch.status()) {
            case VALIDATING -> new Change(batch).errors(event).enter(FAILED, now);
            case CANCELLING -> new Change(batch).enter(CANCELLED, now);
            case FAILED, CANCELLED -> batch;
            case IN_PROGRESS, FINALIZING, COMPLETED, EXPIRED ->
                throw new IllegalTransitionException(batch.status(), event);
        };
    }

    private static Batch cancelRequested(Batch batch, BatchEvent event, Instant now) {
        return switch (batch.status()) {
            case VALIDATING, IN_PROGRESS, FINALIZING -> new Change(batch).enter(CANCELLING, now);
            case CANCELLING, CANCELLED -> batch;
            case COMPLETED, FAILED, EXPIRED -> throw new IllegalTransitionException(batch.status(), event);
        };
    }

    private static Batch assemblyBegun(Batch batch, BatchEvent.AssemblyBegun event, Instant now) {
        if (batch.state().results().isPresent() && !batch.status().terminal()) {
            return batch;
        }
        return switch (batch.status()) {
            case IN_PROGRESS ->
                event.everyLineDone()
                        ? new Change(batch).results(event.results()).enter(FINALIZING, now)
                        : new Change(batch).results(event.results()).stay();
            case CANCELLING -> new Change(batch).results(event.results()).stay();
            case VALIDATING, FINALIZING, COMPLETED, FAILED, EXPIRED, CANCELLED ->
                throw new IllegalTransitionException(batch.status(), event);
        };
    }

    private static Batch assembled(Batch batch, BatchEvent.Assembled event, Instant now) {
        if (batch.status().terminal() && batch.state().results().equals(Optional.of(event.results()))) {
            return batch;
        }
        BatchStatus end = switch (batch.status()) {
            case FINALIZING -> COMPLETED;
            case CANCELLING -> CANCELLED;
            case IN_PROGRESS -> EXPIRED;
            case VALIDATING, COMPLETED, FAILED, EXPIRED, CANCELLED ->
                throw new IllegalTransitionException(batch.status(), event);
        };
        if (batch.state().results().isEmpty()) {
            throw new IllegalTransitionException(batch.status(), event);
        }
        return new Change(batch).assembled(event).enter(end, now);
    }

    private static Batch endedUnplanned(Batch batch, BatchEvent event, Instant now) {
        return switch (batch.status()) {
            case VALIDATING -> new Change(batch).enter(EXPIRED, now);
            case CANCELLING -> new Change(batch).enter(CANCELLED, now);
            case EXPIRED, CANCELLED -> batch;
            case IN_PROGRESS, FINALIZING, COMPLETED, FAILED ->
                throw new IllegalTransitionException(batch.status(), event);
        };
    }

    /** Collects the changes of one event. Only {@link #enter} and {@link #stay} create the new batch, with the next version. */
    private static final class Change {
        private final Batch batch;
        private Optional<String> model;
        private RequestCounts counts;
        private Optional<Usage> usage;
        private Optional<ResultFiles> results;
        private List<LineError> errors;

        Change(Batch batch) {
            this.batch = batch;
            this.model = batch.state().model();
            this.counts = batch.counts();
            this.usage = batch.usage();
            this.results = batch.state().results();
            this.errors = batch.state().errors();
        }

        Change plan(BatchEvent.Planned event) {
            model = event.model();
            counts = RequestCounts.of(event.total());
            return this;
        }

        Change errors(BatchEvent.Refused event) {
            errors = event.errors();
            return this;
        }

        Change results(ResultFiles files) {
            results = Optional.of(files);
            return this;
        }

        Change assembled(BatchEvent.Assembled event) {
            counts = event.counts();
            usage = event.usage();
            results = Optional.of(event.results());
            return this;
        }

        Batch enter(BatchStatus status, Instant now) {
            Instant at = Instant.ofEpochSecond(now.getEpochSecond());
            Map<BatchStatus, Instant> entered = new EnumMap<>(BatchStatus.class);
            entered.putAll(batch.state().entered());
            Instant last =
                    entered.values().stream().reduce(batch.identity().createdAt(), (a, b) -> a.isAfter(b) ? a : b);
            entered.put(status, at.isBefore(last) ? last : at);
            return make(status, entered);
        }

        Batch stay() {
            return make(batch.status(), batch.state().entered());
        }

        private Batch make(BatchStatus status, Map<BatchStatus, Instant> entered) {
            // captured headers are not needed once nothing more is sent
            SealedHeaders headers =
                    status.terminal() ? SealedHeaders.NONE : batch.state().headers();
            return new Batch(
                    batch.identity(),
                    new Batch.State(status, entered, model, errors, results, headers, batch.version() + 1),
                    counts,
                    usage,
                    batch.lease(),
                    batch.forecast(),
                    batch.supervision(),
                    batch.steering());
        }
    }
}
