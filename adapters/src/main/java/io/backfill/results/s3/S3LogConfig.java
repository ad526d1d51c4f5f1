package io.backfill.results.s3;

/**
 * Limits on how much of a log is kept in tails.
 *
 * @param segmentBytes size of the tails in bytes at which they are rewritten as a segment; about the most that a takeover reads back
 * @param mostTails number of tails at which they are rewritten even if they are smaller, because many small tails make a takeover
 *     slow
 * @param commitBytes size in bytes at which a tail takes no further line, so only its last line may exceed it; bounds the memory of
 *     one open log
 */
public record S3LogConfig(long segmentBytes, int mostTails, long commitBytes) {
    public static final S3LogConfig DEFAULT = new S3LogConfig(8 << 20, 1024, 4 << 20);

    public S3LogConfig {
        if (segmentBytes < 1 || mostTails < 1 || commitBytes < 1) {
            throw new IllegalArgumentException(
                    "backfill.results.segment-size, most-tails and commit-size must be positive: " + segmentBytes + ", "
                            + mostTails + ", " + commitBytes);
        }
    }
}
