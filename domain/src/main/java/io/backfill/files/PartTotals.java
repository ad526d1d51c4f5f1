package io.backfill.files;

/** How many parts an upload has, and their bytes. */
public record PartTotals(int count, long bytes) {
    public static final PartTotals NONE = new PartTotals(0, 0);

    /** With one part more. */
    public PartTotals plus(long more) {
        return new PartTotals(count + 1, bytes + more);
    }

    /** Whether an upload that declared so many bytes takes a part of {@code more} bytes. */
    public PartVerdict admits(long more, long declared, int maxParts) {
        if (count >= maxParts) {
            return PartVerdict.TOO_MANY;
        }
        return more > declared - bytes ? PartVerdict.BEYOND_DECLARED : PartVerdict.ADDED;
    }
}
