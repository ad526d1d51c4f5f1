package io.backfill.batches;

/**
 * What a batch has left to do at one model.
 *
 * @param lines without a result, at least 1
 * @param cost of them as planned, in the unit of {@link io.backfill.plan.EntryCost}; 0 where it is not known
 */
public record ModelWork(String model, int lines, long cost) {
    public ModelWork {
        if (model.isEmpty() || lines < 1 || cost < 0) {
            throw new IllegalArgumentException("no work: " + lines + " lines of model '" + model + "', cost " + cost);
        }
    }
}
