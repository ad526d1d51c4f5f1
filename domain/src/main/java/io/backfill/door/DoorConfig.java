package io.backfill.door;

import java.time.Duration;

/**
 * Limits of the front door.
 *
 * @param threads {@code backfill.http.threads}: requests that the server handles at once; default 160
 * @param transfers {@code backfill.http.transfers}: how many of these may wait for the bytes of a client; default 96
 * @param creates {@code backfill.http.creates}: batches that are created at once; default 4
 * @param bodyIdle {@code backfill.http.body-idle}: how long a client may neither send nor take a byte; default 15 s
 * @param minBytesPerSecond {@code backfill.http.min-bytes-per-second}: minimum rate of a transfer after that time, measured over
 *     the time in which the server waited for its client; default 4096
 * @param keylessDrain {@code backfill.http.keyless-drain}: how long the remaining body of a request without a valid key is read;
 *     default 2 s
 */
public record DoorConfig(
        int threads, int transfers, int creates, Duration bodyIdle, int minBytesPerSecond, Duration keylessDrain) {
    public static final DoorConfig DEFAULT =
            new DoorConfig(160, 96, 4, Duration.ofSeconds(15), 4096, Duration.ofSeconds(2));

    /** Returns these limits for a server that has fewer threads: the same share of them may wait for clients. */
    public DoorConfig within(int serverThreads) {
        if (serverThreads >= threads) {
            return this;
        }
        int fewer = Math.max(2, (int) ((long) transfers * serverThreads / threads));
        return new DoorConfig(Math.max(serverThreads, 3), fewer, creates, bodyIdle, minBytesPerSecond, keylessDrain);
    }

    public DoorConfig {
        if (transfers < 2 || transfers >= threads) {
            throw new IllegalArgumentException("backfill.http.transfers (" + transfers
                    + ") must be at least 2 and less than backfill.http.threads (" + threads
                    + "): the remaining threads answer short requests");
        }
        if (creates < 2) {
            throw new IllegalArgumentException("backfill.http.creates must be at least 2, not " + creates);
        }
        if (bodyIdle.isNegative() || bodyIdle.isZero()) {
            throw new IllegalArgumentException("backfill.http.body-idle must be positive, not " + bodyIdle);
        }
        if (minBytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "backfill.http.min-bytes-per-second must not be negative, but is " + minBytesPerSecond);
        }
        if (keylessDrain.isNegative()) {
            throw new IllegalArgumentException(
                    "backfill.http.keyless-drain must not be negative, but is " + keylessDrain);
        }
    }
}
