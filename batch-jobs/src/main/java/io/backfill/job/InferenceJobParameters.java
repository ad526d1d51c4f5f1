package io.backfill.job;

import io.backfill.ids.BatchId;
import java.util.Properties;

/**
 * The parameters of job {@code inference}: the batch and the epoch of its lease. Short and without secrets, because operators
 * see them.
 */
public record InferenceJobParameters(BatchId batch, long epoch) {
    public static final String BATCH = "batch";
    public static final String EPOCH = "epoch";

    public static InferenceJobParameters of(String batch, String epoch) {
        return new InferenceJobParameters(new BatchId(batch), Long.parseLong(epoch));
    }

    Properties toProperties() {
        Properties properties = new Properties();
        properties.setProperty(BATCH, batch.value());
        properties.setProperty(EPOCH, Long.toString(epoch));
        return properties;
    }
}
