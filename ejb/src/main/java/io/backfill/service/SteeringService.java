package io.backfill.service;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchSteering;
import io.backfill.batches.Steering;
import io.backfill.batches.SteeringChange;
import io.backfill.batches.Usage;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.BatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.tenants.TenantId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Pauses, resumes and steers batches by order of their owners or of operators. Each order is in the row before the call returns; the node
 * that runs the batch follows it within about a second. Thread-safe.
 */
public final class SteeringService {
    private final BatchCatalog catalog;
    private final BatchSteering steering;
    private final BatchQueue queue;
    private final BatchEvents events;

    public SteeringService(BatchCatalog catalog, BatchSteering steering, BatchQueue queue, BatchEvents events) {
        this.catalog = catalog;
        this.steering = steering;
        this.queue = queue;
        this.events = events;
    }

    /**
     * Stops the calls of a batch; open ones finish. Idempotent.
     *
     * @return the batch, paused
     * @throws BackfillException {@code CONFLICT} when it makes no more calls, {@code NOT_FOUND} when the tenant has no such batch
     */
    public Batch pause(TenantId tenant, BatchId id) {
        return pause(find(catalog.find(tenant, id), id), BatchPause.Reason.USER);
    }

    /** Like {@link #pause}, for an operator and a batch of any tenant. Its owner cannot resume it. */
    public Batch pauseByOperator(BatchId id) {
        return pause(find(catalog.find(id), id), BatchPause.Reason.OPERATOR);
    }

    private Batch pause(Batch before, BatchPause.Reason reason) {
        if (steering.pause(before.id(), reason) == BatchSteering.Outcome.REFUSED) {
            throw refused("pause", row(before.id()));
        }
        events.publish(new Wakeup.Order(before.id()));
        return row(before.id());
    }

    /**
     * Continues a paused batch. Idempotent, and without effect on a batch that is not paused. If calls from before the pause are
     * still open, the batch continues when the last of them has ended.
     *
     * @param tokenBudget new budget, which replaces the one of the batch; empty inside to remove it
     * @throws BackfillException {@code CONFLICT} when the batch has ended or only an operator can resume it; {@code INVALID_VALUE}
     *     when it was paused by its budget, and the tokens it has used are not less than the budget that it would have;
     *     {@code NOT_FOUND} when the tenant has no such batch
     */
    public Batch resume(TenantId tenant, BatchId id, Optional<OptionalLong> tokenBudget) {
        Batch before = find(catalog.find(tenant, id), id);
        requireLargerBudget(before, tokenBudget);
        if (before.pause().filter(pause -> !pause.reason().endsByOwner()).isPresent()) {
            throw refused("resume", before);
        }
        SteeringChange change = new SteeringChange(Optional.empty(), Optional.empty(), tokenBudget);
        // first the budget: if the node dies before the pause is ended, the client repeats the order
        if (!change.isNone() && steering.steer(id, change, Optional.empty()) == BatchSteering.Outcome.REFUSED) {
            throw refused("resume", row(id));
        }
        if (steering.endPause(id) == BatchSteering.Outcome.REFUSED) {
            throw refused("resume", row(id));
        }
        Batch row = row(id);
        queue.offer(row);
        events.publish(new Wakeup.Work());
        return row;
    }

    /**
     * Changes how a batch is steered, and replaces its metadata. Idempotent. The node that runs the batch follows within about a
     * second; open calls continue. The keys of the metadata that have an effect at create only keep their values.
     *
     * @throws BackfillException {@code CONFLICT} when the batch has ended and more than its metadata is to change;
     *     {@code INVALID_VALUE} when the metadata changes a key that has an effect at create only; {@code NOT_FOUND} when the
     *     tenant has no such batch
     */
    public Batch steer(TenantId tenant, BatchId id, SteeringChange change, Optional<Map<String, String>> metadata) {
        Batch before = find(catalog.find(tenant, id), id);
        Optional<Map<String, String>> kept = metadata.map(sent -> withFixedKeys(before, sent));
        if (steering.steer(id, change, kept) == BatchSteering.Outcome.REFUSED) {
            throw refused("steer", row(id));
        }
        events.publish(new Wakeup.Order(id));
        return row(id);
    }

    private static Map<String, String> withFixedKeys(Batch before, Map<String, String> sent) {
        Map<String, String> stored = before.spec().metadata().orElse(Map.of());
        Map<String, String> metadata = new LinkedHashMap<>(sent);
        for (String key : BatchSpec.FIXED_KEYS) {
            String old = stored.get(key);
            String other = sent.get(key);
            if (other != null && !other.equals(old)) {
                throw new BackfillException(
                        ErrorCode.INVALID_VALUE,
                        "Invalid 'metadata." + key + "': it can only be set when the batch is created.",
                        "metadata." + key);
            }
            if (old != null) {
                metadata.put(key, old);
            }
        }
        return metadata;
    }

    private static void requireLargerBudget(Batch row, Optional<OptionalLong> budget) {
        OptionalLong next = budget.orElse(row.steering().tokenBudget());
        long used = Steering.tokens(row.usage().orElse(Usage.NONE));
        boolean spent = row.pause()
                .filter(pause -> pause.reason() == BatchPause.Reason.BUDGET)
                .isPresent();
        if (spent && next.isPresent() && next.getAsLong() <= used) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "Invalid 'token_budget': the batch has used " + used
                            + " tokens. Resume it with a larger budget, or with null for no limit.",
                    "token_budget");
        }
    }

    private Batch row(BatchId id) {
        return find(catalog.find(id), id);
    }

    private static Batch find(Optional<Batch> found, BatchId id) {
        return found.orElseThrow(() -> BatchService.noSuchBatch(id.value()));
    }

    private static BackfillException refused(String what, Batch row) {
        String why = row.pause()
                .map(pause -> "Cannot " + what + " a batch that is paused with reason '"
                        + pause.reason().wireName() + "'. Only an operator can do this.")
                .orElseGet(() -> "Cannot " + what + " a batch with status '"
                        + row.status().wireName() + "'.");
        return new BackfillException(ErrorCode.CONFLICT, why);
    }
}
