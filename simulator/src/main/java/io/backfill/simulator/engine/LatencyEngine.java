package io.backfill.simulator.engine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An engine without batching: every request takes the time given by {@link Latency}, however many run at once, and its
 * tokens are spread evenly over that time. The n-th request uses the n-th draw of the seed, so that two runs with the
 * same number of requests wait the same total time.
 */
public final class LatencyEngine implements Engine {
    private final long seed;
    private final AtomicLong draws = new AtomicLong();
    private final ConcurrentHashMap<String, AtomicInteger> running = new ConcurrentHashMap<>();
    private volatile Latency latency;

    public LatencyEngine(Latency latency, long seed) {
        this.latency = latency;
        this.seed = seed;
    }

    public Latency latency() {
        return latency;
    }

    /** Sets the time of requests that start from now on. */
    public void latency(Latency newLatency) {
        latency = newLatency;
    }

    @Override
    public Generation start(EngineRequest request) {
        long nanos = latency.nanos(Mixing.mix(seed + draws.getAndIncrement()));
        AtomicInteger count = running.computeIfAbsent(request.model(), name -> new AtomicInteger());
        count.incrementAndGet();
        return new Timed(count, nanos, Math.max(1, request.outputTokens()));
    }

    @Override
    public EngineLoad load(String model) {
        AtomicInteger count = running.get(model);
        return new EngineLoad(count == null ? 0 : count.get(), 0, 0);
    }

    private static final class Timed implements Generation {
        private final AtomicInteger count;
        private final long started;
        private final long nanos;
        private final int tokens;

        Timed(AtomicInteger count, long nanos, int tokens) {
            this.count = count;
            this.nanos = nanos;
            this.tokens = tokens;
            this.started = nanos == 0 ? 0 : System.nanoTime();
        }

        @Override
        public boolean awaitTokens(int wanted, long timeoutNanos) throws InterruptedException {
            if (nanos == 0) {
                return true;
            }
            double share = Math.min(1.0, (double) wanted / tokens);
            long left = started + (long) (nanos * share) - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, timeoutNanos));
            }
            return left <= timeoutNanos;
        }

        @Override
        public int cachedTokens() {
            return 0;
        }

        @Override
        public void close() {
            count.decrementAndGet();
        }
    }
}
