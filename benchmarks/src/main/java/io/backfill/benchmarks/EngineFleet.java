package io.backfill.benchmarks;

import io.backfill.simulator.engine.CoreRequest;
import io.backfill.simulator.engine.EngineCore;
import io.backfill.simulator.engine.EngineParameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Engines in virtual time that a job keeps busy: a fixed number of requests is in flight at each engine, and each completed request
 * is replaced by another.
 */
final class EngineFleet {
    /** Source of requests. */
    @FunctionalInterface
    interface Source {
        /** Returns the next request for {@code replica}; empty if none is left. */
        Optional<PromptWorkload.Prompt> next(int replica) throws IOException;
    }

    /**
     * The result of a job.
     *
     * @param hits share of the prompt tokens that were cached
     * @param seconds until the last request completed
     * @param imbalance time of the busiest replica relative to the mean
     */
    record Run(double hits, double seconds, double imbalance) {}

    private final List<Replica> replicas = new ArrayList<>();
    private final int inFlight;

    EngineFleet(EngineParameters parameters, int size, int inFlight) {
        this.inFlight = inFlight;
        for (int i = 0; i < size; i++) {
            replicas.add(new Replica(i, parameters));
        }
    }

    Run run(Source source) throws IOException {
        for (Replica replica : replicas) {
            for (int i = 0; i < inFlight; i++) {
                replica.refill(source);
            }
        }
        Optional<Replica> next = earliest();
        while (next.isPresent()) {
            Replica replica = next.get();
            replica.finished = 0;
            replica.clock += replica.core.step();
            for (int i = replica.finished; i > 0; i--) {
                replica.refill(source);
            }
            next = earliest();
        }
        long queried = 0;
        long cached = 0;
        double last = 0;
        double sum = 0;
        for (Replica replica : replicas) {
            queried += replica.core.queriedTokens();
            cached += replica.core.cachedTokens();
            last = Math.max(last, replica.clock);
            sum += replica.clock;
        }
        return new Run((double) cached / queried, last, last / (sum / replicas.size()));
    }

    private Optional<Replica> earliest() {
        Replica best = null;
        for (Replica replica : replicas) {
            if (!replica.core.idle() && (best == null || replica.clock < best.clock)) {
                best = replica;
            }
        }
        return Optional.ofNullable(best);
    }

    private static final class Replica {
        final int number;
        final EngineCore core;
        double clock;
        int finished;

        Replica(int number, EngineParameters parameters) {
            this.number = number;
            this.core = new EngineCore(parameters, new EngineCore.Listener() {
                @Override
                public void finished(CoreRequest request) {
                    finished++;
                }
            });
        }

        void refill(Source source) throws IOException {
            Optional<PromptWorkload.Prompt> prompt = source.next(number);
            if (prompt.isPresent()
                    && !core.submit(new CoreRequest(
                            prompt.get().blocks(),
                            prompt.get().tokens(),
                            prompt.get().output(),
                            0,
                            prompt.get()))) {
                throw new IOException("the engine rejected a request");
            }
        }
    }
}
