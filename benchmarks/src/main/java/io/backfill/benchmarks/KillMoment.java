package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.simulator.Simulator;
import java.io.IOException;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** The moment in the life of a batch at which the server is killed. */
enum KillMoment {
    VALIDATING(0),
    EARLY(0.1),
    MIDDLE(0.5),
    LATE(0.9),
    FINALIZING(1);

    private static final long GLANCE_NANOS = 500_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;

    /** The share of the batch that the model has received by then. */
    private final double share;

    KillMoment(double share) {
        this.share = share;
    }

    /** Waits for the moment. Returns false if the batch ended before the moment was observed. */
    boolean await(Simulator model, GatewayClient client, BatchState created, int lines) throws IOException {
        if (this == VALIDATING) {
            return created.status().equals("validating");
        }
        long end = System.nanoTime() + LIMIT_NANOS;
        while (model.stats().received() < share * lines) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("the model received no requests; the batch: "
                        + client.batch(created.id()).json());
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        if (this != FINALIZING) {
            return true;
        }
        BatchState batch = client.batch(created.id());
        while (batch.status().equals("in_progress")) {
            batch = client.batch(created.id());
        }
        return batch.status().equals("finalizing");
    }

    /**
     * Draws a moment of this phase as a share of the batch. The three phases between validating and finalizing are thirds of the
     * lines.
     */
    double drawn(Random random) {
        return switch (this) {
            case VALIDATING -> 0;
            case EARLY -> random.nextDouble(0.01, 0.33);
            case MIDDLE -> random.nextDouble(0.33, 0.66);
            case LATE -> random.nextDouble(0.66, 0.99);
            case FINALIZING -> 1;
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
