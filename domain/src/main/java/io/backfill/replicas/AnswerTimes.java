package io.backfill.replicas;

import java.util.Arrays;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How long a replica took for the last lines that it served, and since when it owes an answer. Refusals take no time and so say nothing of
 * how long a line may take. Times are of whole calls, in nanoseconds. Not thread-safe.
 */
final class AnswerTimes {
    private static final int KEPT = 32;

    private final LongSupplier nanoTime;
    private final long[] times = new long[KEPT];
    private int count;
    private long servedAt;
    private int open;
    /** When the oldest unanswered call was sent, or when the newest answer came, whichever is later. */
    private long silentSince;

    AnswerTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void sent() {
        if (open++ == 0) {
            silentSince = nanoTime.getAsLong();
        }
    }

    /** A call is over, with or without an answer. */
    void ended() {
        open--;
    }

    /** An answer came, whatever it was. */
    void answered() {
        silentSince = nanoTime.getAsLong();
    }

    void served(long sentAt) {
        long now = nanoTime.getAsLong();
        times[count++ % KEPT] = now - sentAt;
        count = count == 2 * KEPT ? KEPT : count;
        servedAt = now;
    }

    /** For how long calls have been open without an answer; 0 when none is open. */
    long silence() {
        return open == 0 ? 0 : nanoTime.getAsLong() - silentSince;
    }

    /** The median of these replicas, of those that served a line within {@code window}; empty when none did. */
    static OptionalLong median(Collection<AnswerTimes> replicas, long window) {
        long[] all = replicas.stream()
                .filter(each -> each.count > 0 && each.nanoTime.getAsLong() - each.servedAt < window)
                .flatMapToLong(each -> Arrays.stream(each.times, 0, Math.min(each.count, KEPT)))
                .sorted()
                .toArray();
        return all.length == 0 ? OptionalLong.empty() : OptionalLong.of(all[all.length / 2]);
    }
}
