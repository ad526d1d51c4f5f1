package io.backfill.replicas;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Records how long a replica took for its last served lines, and since when an answer is outstanding. Refusals are fast and do not
 * indicate how long a line takes, so their times are not recorded. Times are of whole calls, in nanoseconds. Not thread-safe.
 */
final class AnswerTimes {
    private static final int KEPT = 32;
    private static final long LEAST_SILENCE = Duration.ofSeconds(30).toNanos();
    private static final int SILENT_MEDIANS = 10;

    private final LongSupplier nanoTime;
    private final long[] times = new long[KEPT];
    private int count;
    private long servedAt;
    private int open;
    /** When the oldest unanswered call was sent or the latest answer arrived, whichever is later. */
    private long silentSince;

    AnswerTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void sent() {
        if (open++ == 0) {
            silentSince = nanoTime.getAsLong();
        }
    }

    /** Called when a call has ended, with or without an answer. */
    void ended() {
        open--;
    }

    /** Called when an answer of any kind has arrived. */
    void answered() {
        silentSince = nanoTime.getAsLong();
    }

    void served(long sentAt) {
        long now = nanoTime.getAsLong();
        times[count++ % KEPT] = now - sentAt;
        count = count == 2 * KEPT ? KEPT : count;
        servedAt = now;
    }

    /** Whether the replica has not answered for so long that it may be hanging. */
    boolean isSilent() {
        return silence() > LEAST_SILENCE;
    }

    /** Whether the silence is much longer than the lines took that the other replicas served during it. */
    boolean isSilentBeside(Collection<AnswerTimes> others) {
        OptionalLong median = median(others, silence());
        return median.isPresent() && silence() > median.getAsLong() * SILENT_MEDIANS;
    }

    /** Returns for how long calls have been open without any answer arriving; 0 if no call is open. */
    private long silence() {
        return open == 0 ? 0 : nanoTime.getAsLong() - silentSince;
    }

    /** Returns the median time of those of these replicas that served a line within {@code window}; empty if none did. */
    private static OptionalLong median(Collection<AnswerTimes> replicas, long window) {
        long[] all = replicas.stream()
                .filter(each -> each.count > 0 && each.nanoTime.getAsLong() - each.servedAt < window)
                .flatMapToLong(each -> Arrays.stream(each.times, 0, Math.min(each.count, KEPT)))
                .sorted()
                .toArray();
        return all.length == 0 ? OptionalLong.empty() : OptionalLong.of(all[all.length / 2]);
    }
}
