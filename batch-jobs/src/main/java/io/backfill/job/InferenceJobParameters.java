package io.backfill.job;

import io.backfill.ids.BatchId;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

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

    /** Returns the parameters, or empty if one is missing or malformed: operators can start the job with any properties. */
    public static Optional<InferenceJobParameters> parse(@Nullable String batch, @Nullable String epoch) {
        if (batch == null || epoch == null) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(epoch);
            // only in the form in which Backfill writes it, by which it finds the executions of a batch
            return BatchId.parse(batch)
                    .filter(id -> epoch.equals(Long.toString(number)))
                    .map(id -> new InferenceJobParameters(id, number));
        } catch (NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    Properties toProperties() {
        Properties properties = new Properties();
        properties.setProperty(BATCH, batch.value());
        properties.setProperty(EPOCH, Long.toString(epoch));
        return properties;
    }
}
