package io.backfill.ids;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Makes new ids. Ids made by one generator ascend strictly, also within a millisecond and when the clock steps back, so a list
 * ordered by id is ordered by creation. Thread-safe.
 */
public final class IdGenerator {
    private final InstantSource time;
    private final RandomGenerator random;

    /** Guarded by {@code this}: the last id's time in milliseconds and its two random parts. */
    private long lastMillis;

    private int lastHigh;
    private long lastLow;

    public IdGenerator(InstantSource time, RandomGenerator random) {
        this.time = time;
        this.random = random;
    }

    public BatchId batchId() {
        return new BatchId(BatchId.PREFIX + next());
    }

    public FileId fileId() {
        return new FileId(FileId.PREFIX + next());
    }

    public UploadId uploadId() {
        return new UploadId(UploadId.PREFIX + next());
    }

    public PartId partId() {
        return new PartId(PartId.PREFIX + next());
    }

    private synchronized String next() {
        long millis = time.instant().toEpochMilli();
        if (millis > lastMillis) {
            lastMillis = millis;
            // the top bit stays free, so that counting up within a millisecond cannot overflow
            lastHigh = random.nextInt(1 << 20);
            lastLow = random.nextLong() >>> 1;
        } else {
            lastLow += 1 + random.nextInt(1 << 16);
            if (lastLow < 0) {
                lastLow = lastLow & Long.MAX_VALUE;
                lastHigh++;
            }
        }
        Instant instant = Instant.ofEpochMilli(lastMillis);
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits((int) instant.getEpochSecond())
                + hex.toHexDigits(instant.getNano() / 1_000_000, 3)
                + hex.toHexDigits(lastHigh, 5)
                + hex.toHexDigits(lastLow);
    }
}
