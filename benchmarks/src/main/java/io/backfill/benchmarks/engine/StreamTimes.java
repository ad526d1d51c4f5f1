package io.backfill.benchmarks.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The times of one streamed answer, as {@link System#nanoTime} at its arrival.
 *
 * @param sentAt before the request was written
 * @param tokens arrival of each event that brought a part of the answer; empty if the request failed
 */
public record StreamTimes(long sentAt, List<Long> tokens) {
    private static final double NANOS_PER_MILLI = 1e6;

    public StreamTimes {
        tokens = List.copyOf(tokens);
    }

    /** Returns whether no part of an answer arrived. */
    public boolean failed() {
        return tokens.isEmpty();
    }

    /** Returns the milliseconds to the first token. */
    public double firstMillis() {
        return (tokens.getFirst() - sentAt) / NANOS_PER_MILLI;
    }

    /** Returns the milliseconds between one token and the next. */
    public List<Double> gapsMillis() {
        List<Double> gaps = new ArrayList<>();
        for (int i = 1; i < tokens.size(); i++) {
            gaps.add((tokens.get(i) - tokens.get(i - 1)) / NANOS_PER_MILLI);
        }
        return gaps;
    }

    /** Returns the mean milliseconds between tokens; 0 for a single token. */
    public double meanGapMillis() {
        return tokens.size() < 2 ? 0 : (tokens.getLast() - tokens.getFirst()) / NANOS_PER_MILLI / (tokens.size() - 1);
    }
}
