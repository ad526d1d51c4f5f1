package io.backfill.feed;

import io.backfill.results.ResultKind;
import java.util.Comparator;

/**
 * One append-only sequence of result lines: those of one kind in the log of a partition, or the rest of a result file, which no log
 * contains. Positions in it are bytes; they stay the same when the log becomes a part of a result file.
 *
 * @param partition number of the partition, or {@link #REST}
 */
record FeedStream(int partition, ResultKind kind) implements Comparable<FeedStream> {
    /** In place of a partition: the lines behind those of all partitions. It is known only once the batch has ended. */
    static final int REST = Integer.MAX_VALUE;

    private static final Comparator<FeedStream> ORDER =
            Comparator.comparingInt(FeedStream::partition).thenComparing(FeedStream::kind);

    @Override
    public int compareTo(FeedStream other) {
        return ORDER.compare(this, other);
    }
}
