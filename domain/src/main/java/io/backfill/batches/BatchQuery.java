package io.backfill.batches;

import io.backfill.ids.BatchId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One page of a tenant's batches, newest first. Every condition that is present must hold.
 *
 * @param after exclusive cursor; its batch need not exist any more
 * @param limit at least 1
 */
public record BatchQuery(Optional<BatchId> after, int limit, Filter filter) {
    public BatchQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1: " + limit);
        }
    }

    /** Returns a page of all batches. */
    public static BatchQuery all(Optional<BatchId> after, int limit) {
        return new BatchQuery(after, limit, Filter.NONE);
    }

    /**
     * Conditions on the batches of a list.
     *
     * @param model the only model of the file, as in {@link Batch.State#model}
     * @param pair one pair of the metadata
     */
    public record Filter(
            Optional<BatchStatus> status, Optional<String> model, Optional<MetadataPair> pair, Created created) {
        public static final Filter NONE =
                new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Created.EVER);

        /** Returns whether the batch meets all conditions. */
        public boolean matches(Batch batch) {
            return status.filter(wanted -> wanted != batch.status()).isEmpty()
                    && (model.isEmpty() || model.equals(batch.state().model()))
                    && pair.filter(wanted -> !wanted.isIn(batch.spec())).isEmpty()
                    && created.contains(batch.id().createdAt().getEpochSecond());
        }
    }

    /** A key and its value. */
    public record MetadataPair(String key, String value) {
        boolean isIn(BatchSpec spec) {
            return spec.metadata().filter(all -> value.equals(all.get(key))).isPresent();
        }
    }

    /**
     * A range of creation times in seconds since 1970, both exclusive.
     *
     * @param after empty for no lower bound
     * @param before empty for no upper bound
     */
    public record Created(OptionalLong after, OptionalLong before) {
        public static final Created EVER = new Created(OptionalLong.empty(), OptionalLong.empty());

        boolean contains(long second) {
            return (after.isEmpty() || second > after.getAsLong()) && (before.isEmpty() || second < before.getAsLong());
        }
    }
}
