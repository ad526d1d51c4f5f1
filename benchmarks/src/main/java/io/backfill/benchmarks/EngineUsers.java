package io.backfill.benchmarks;

import java.util.List;
import java.util.Random;

/** The interactive users of an engine. Times are in seconds. */
interface EngineUsers {
    /** Returns when the next request is sent; infinite while that depends on the end of another. */
    double nextAt();

    /** Returns the request that is sent at {@link #nextAt}, and goes on to the next. */
    PromptWorkload.Prompt send();

    /** Learns the end of a request. */
    default void ended(double at) {}

    /** Returns no users. */
    static EngineUsers none() {
        return new EngineUsers() {
            @Override
            public double nextAt() {
                return Double.POSITIVE_INFINITY;
            }

            @Override
            public PromptWorkload.Prompt send() {
                throw new IllegalStateException("no interactive client was started");
            }
        };
    }

    /** Returns a prompt that shares nothing with others. */
    private static PromptWorkload.Prompt own(long number, int promptTokens, int outputTokens) {
        return new PromptWorkload.Prompt(
                0, List.of(new PromptWorkload.Segment(5_000_000_000L + number, promptTokens, false)), outputTokens);
    }

    /** Users whose requests arrive at random: at one rate for a while, then at another for as long, and so on. */
    final class Bursts implements EngineUsers {
        private final Random random;
        private final double phase;
        private final double first;
        private final double second;
        private final int promptTokens;
        private final int outputTokens;
        private double next;
        private long sent;

        /** @param first requests per second of the first phase, and of every second one after it */
        Bursts(long seed, double phase, double first, double second, int promptTokens, int outputTokens) {
            this.random = new Random(seed);
            this.phase = phase;
            this.first = first;
            this.second = second;
            this.promptTokens = promptTokens;
            this.outputTokens = outputTokens;
            this.next = gap(0);
        }

        @Override
        public double nextAt() {
            return next;
        }

        @Override
        public PromptWorkload.Prompt send() {
            next += gap(next);
            return own(sent++, promptTokens, outputTokens);
        }

        private double gap(double at) {
            double rate = at % (2 * phase) < phase ? first : second;
            return -Math.log(1 - random.nextDouble()) / rate;
        }
    }

    /** One user with one request at a time, sent at fixed intervals, or as soon as the one before it has ended. */
    final class OneClient implements EngineUsers {
        private final double interval;
        private final int promptTokens;
        private final int outputTokens;
        private long sent;
        private boolean open;
        private double freeAt;

        OneClient(double interval, int promptTokens, int outputTokens) {
            this.interval = interval;
            this.promptTokens = promptTokens;
            this.outputTokens = outputTokens;
        }

        @Override
        public double nextAt() {
            return open ? Double.POSITIVE_INFINITY : Math.max(freeAt, sent * interval);
        }

        @Override
        public PromptWorkload.Prompt send() {
            open = true;
            return own(sent++, promptTokens, outputTokens);
        }

        @Override
        public void ended(double at) {
            open = false;
            freeAt = at;
        }
    }
}
