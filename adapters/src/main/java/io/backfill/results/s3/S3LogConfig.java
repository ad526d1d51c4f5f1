package io.backfill.results.s3;

/**
 * How much of a log is in tails.
 *
 * @param segmentBytes in tails that are rewritten as a segment; what a takeover reads back at most, about
 * @param mostTails that are rewritten as a segment although they have fewer bytes; small tails make a takeover slow
 * @param commitBytes of lines in one tail, but for the last of them; memory of one open log
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
