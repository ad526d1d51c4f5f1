package io.backfill.ids;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Generates ids. The ids of one generator are strictly ascending, even within a millisecond and when the clock steps back, so a
 * list ordered by id is ordered by creation. Two ids also differ in their first 24 hex digits. Thread-safe.
 */
public final class IdGenerator {
    private final InstantSource time;
    private final RandomGenerator random;

    /** Guarded by {@code this}: the last id's time in milliseconds, and the 13 hex digits that follow it. */
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

    public WebhookEndpointId webhookEndpointId() {
        return new WebhookEndpointId(WebhookEndpointId.PREFIX + next());
    }

    private synchronized String next() {
        long millis = time.instant().toEpochMilli();
        if (millis > lastMillis) {
            lastMillis = millis;
            // the top bit is left free so that increments within a millisecond cannot overflow
            lastCount = random.nextLong(1L << 51);
        } else {
            // increment within the first 24 digits, because line ids keep only those of a batch id
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
