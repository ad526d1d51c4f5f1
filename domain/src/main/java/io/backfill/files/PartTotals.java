package io.backfill.files;

/** Number and total size of an upload's parts. */
public record PartTotals(int count, long bytes) {
    public static final PartTotals NONE = new PartTotals(0, 0);

    /** Returns the totals after adding one part of {@code more} bytes. */
    public PartTotals plus(long more) {
        return new PartTotals(count + 1, bytes + more);
    }

    /** Decides whether an upload that declared {@code declared} bytes accepts a part of {@code more} bytes. */
    public PartVerdict admits(long more, long declared, int maxParts) {
        if (count >= maxParts) {
            return PartVerdict.TOO_MANY;
        }
        return more > declared - bytes ? PartVerdict.BEYOND_DECLARED : PartVerdict.ADDED;
    }
}
