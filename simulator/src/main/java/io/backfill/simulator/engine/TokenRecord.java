package io.backfill.simulator.engine;

import java.util.concurrent.atomic.LongAdder;

/** The tokens of one model's requests: their numbers, and the latencies that clients observe, in vLLM's buckets. Thread-safe. */
public final class TokenRecord {
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder generatedTokens = new LongAdder();
    private final Histogram firstToken = new Histogram(
            .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560);
    private final Histogram interToken =
            new Histogram(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80);
    private final Histogram endToEnd =
            new Histogram(.3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680);

    /** Returns the number of prompt tokens of all sequences whose prompt is computed. */
    public long promptTokens() {
        return promptTokens.sum();
    }

    public long generatedTokens() {
        return generatedTokens.sum();
    }

    /** Returns the seconds from the receipt of a request to the first token of each of its sequences, in real time. */
    public Histogram firstToken() {
        return firstToken;
    }

    /** Returns the seconds between two tokens of a sequence. */
    public Histogram interToken() {
        return interToken;
    }

    /** Returns the seconds from the receipt of a request to its last token. */
    public Histogram endToEnd() {
        return endToEnd;
    }

    /** Adds the prompt of a sequence. */
    public void prompt(int tokens) {
        promptTokens.add(tokens);
    }

    /** Adds the first token of a sequence. */
    public void first(double seconds) {
        generatedTokens.increment();
        firstToken.add(seconds, 1);
    }

    /** Adds tokens that are not the first of their sequence, each {@code seconds} after the one before. */
    public void next(double seconds, int tokens) {
        generatedTokens.add(tokens);
        interToken.add(seconds, tokens);
    }

    /** Adds the end of a request. */
    public void end(double seconds) {
        endToEnd.add(seconds, 1);
    }
}
