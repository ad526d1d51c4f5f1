package io.backfill.ids;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Makes new ids. Ids made by one generator ascend strictly, also within a millisecond and when the clock steps back, so a list
 * ordered by id is ordered by creation. Their first 24 hex digits differ too. Thread-safe.
 */
public final class IdGenerator {
    private final InstantSource time;
    private final RandomGenerator random;

    /** Guarded by {@code this}: the last id's time in milliseconds, and the 13 hex digits behind it. */
    private long lastMillis;

    private long lastCount;

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
            lastCount = random.nextLong(1L << 51);
        } else {
            // counted in the first 24 digits, because line ids keep only those of a batch
            lastCount += 1 + random.nextInt(1 << 16);
        }
        Instant instant = Instant.ofEpochMilli(lastMillis);
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits((int) instant.getEpochSecond())
                + hex.toHexDigits(instant.getNano() / 1_000_000, 3)
                + hex.toHexDigits(lastCount, 13)
                + hex.toHexDigits(random.nextInt());
    }
}
