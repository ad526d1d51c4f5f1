package io.backfill.batches;

/** Number of lines in total, succeeded and failed. Lines that never ran count only in {@code total}. */
public record RequestCounts(int total, int completed, int failed) {
    public static final RequestCounts NONE = new RequestCounts(0, 0, 0);

    public RequestCounts {
        if (total < 0 || completed < 0 || failed < 0 || (long) completed + failed > total) {
            throw new IllegalArgumentException(
                    "counts do not add up: total " + total + ", completed " + completed + ", failed " + failed);
        }
    }

    public static RequestCounts of(int total) {
        return new RequestCounts(total, 0, 0);
    }

    /** Returns the larger value of each field, because counts never decrease. */
    public RequestCounts max(RequestCounts other) {
        return new RequestCounts(
                Math.max(total, other.total), Math.max(completed, other.completed), Math.max(failed, other.failed));
    }
}
