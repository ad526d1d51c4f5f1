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
    private final ConcurrentHashMap<String, Load> loads = new ConcurrentHashMap<>();
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
        Load load = loadOf(request.model());
        load.running.incrementAndGet();
        return new Timed(load, nanos, request);
    }

    @Override
    public EngineLoad load(String model) {
        Load load = loads.get(model);
        return new EngineLoad(load == null ? 0 : load.running.get(), 0, 0);
    }

    @Override
    public TokenRecord tokens(String model) {
        return loadOf(model).tokens;
    }

    private Load loadOf(String model) {
        Load known = loads.get(model);
        return known != null ? known : loads.computeIfAbsent(model, name -> new Load());
    }

    private static final class Load {
        final AtomicInteger running = new AtomicInteger();
        final TokenRecord tokens = new TokenRecord();
    }

    private static final class Timed implements Generation {
        private final Load load;
        private final EngineRequest request;
        private final long started;
        private final long nanos;
        private final int tokens;

        /** Number of tokens in the record; -1 before the prompt is. */
        private int recorded = -1;

        Timed(Load load, long nanos, EngineRequest request) {
            this.load = load;
            this.nanos = nanos;
            this.request = request;
            this.tokens = request.outputTokens();
            this.started = nanos == 0 ? 0 : System.nanoTime();
        }

        @Override
        public boolean awaitTokens(int wanted, long timeoutNanos) throws InterruptedException {
            if (nanos > 0) {
                double share = Math.min(1.0, (double) wanted / Math.max(1, tokens));
                long left = started + (long) (nanos * share) - System.nanoTime();
                if (left > 0) {
                    TimeUnit.NANOSECONDS.sleep(Math.min(left, timeoutNanos));
                }
                if (left > timeoutNanos) {
                    return false;
                }
            }
            record(wanted);
            return true;
        }

        /** Records the tokens up to {@code wanted}: the sequences come one after the other, as in the answer. */
        private void record(int wanted) {
            if (wanted <= recorded) {
                return;
            }
            double each = nanos / 1e9 / Math.max(1, tokens);
            if (recorded < 0) {
                request.sequences().forEach(sequence -> load.tokens.prompt(sequence.promptTokens()));
            }
            if (recorded < 1 && wanted > 0) {
                load.tokens.first(each);
            }
            load.tokens.next(each, Math.max(0, wanted - Math.max(1, recorded)));
            recorded = wanted;
            if (wanted == tokens) {
                load.tokens.end(nanos / 1e9);
            }
        }

        @Override
        public int cachedTokens() {
            return 0;
        }

        @Override
        public void close() {
            load.running.decrementAndGet();
        }
    }
}
