package io.backfill.requests;

/**
 * Limits of one {@code POST /v1/messages/batches}.
 *
 * @param maxRequests {@code backfill.messages.max-requests}: requests in one batch; default 100000
 * @param maxBytes {@code backfill.messages.max-bytes}: size of the whole body; default 256 MB
 */
public record MessageLimits(int maxRequests, long maxBytes) {
    public static final MessageLimits DEFAULT = new MessageLimits(100_000, 256L * 1024 * 1024);

    /** Maximum bytes that a line has more than the element of the request array from which it was made. */
    private static final int MORE_PER_LINE = 64;

    public MessageLimits {
        if (maxRequests < 1 || maxRequests > 50_000_000) {
            throw new IllegalArgumentException(
                    "backfill.messages.max-requests must be 1 to 50000000, not " + maxRequests);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("backfill.messages.max-bytes must be positive, not " + maxBytes);
        }
    }

    /** Returns the maximum size of the input file that is made from a body. */
    public long maxInputBytes() {
        return maxBytes + (long) MORE_PER_LINE * maxRequests;
    }
}
