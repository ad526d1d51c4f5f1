package io.backfill.batches;

/**
 * Work that a batch has left at one model.
 *
 * @param lines number of lines without a result, at least 1
 * @param cost their planned cost, in the unit of {@link io.backfill.plan.EntryCost}; 0 if it is unknown
 */
public record ModelWork(String model, int lines, long cost) {
    public ModelWork {
        if (model.isEmpty() || lines < 1 || cost < 0) {
            throw new IllegalArgumentException(
                    "invalid work: " + lines + " lines of model '" + model + "', cost " + cost);
        }
    }
}
