package io.backfill.feed;

import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be read of a batch's results at one moment. A later view contains every line of an earlier one at the same position.
 *
 * @param ended whether no further line will be added
 * @param contents the streams, in the order in which a page gives them
 * @param gone kinds whose file was deleted or has expired
 * @param totals of the lines in the logs; zeros once the batch has ended
 */
record FeedView(boolean ended, List<Content> contents, Set<ResultKind> gone, LogTotals totals) {
    FeedView {
        contents = List.copyOf(contents);
        gone = Set.copyOf(gone);
    }

    /** Bytes of a blob that continue a stream. */
    record Range(String key, long from, long length) {}

    /** A stream and where its bytes are. It always ends with a complete line. */
    record Content(FeedStream stream, List<Range> ranges) {
        Content {
            ranges = List.copyOf(ranges);
        }

        long length() {
            return ranges.stream().mapToLong(Range::length).sum();
        }

        /** Returns the bytes from {@code position} to the end of the blob that contains them, or empty behind the last one. */
        Optional<Range> at(long position) {
            long start = 0;
            for (Range range : ranges) {
                if (position < start + range.length()) {
                    long skipped = position - start;
                    return Optional.of(new Range(range.key(), range.from() + skipped, range.length() - skipped));
                }
                start += range.length();
            }
            return Optional.empty();
        }
    }

    Optional<Content> content(FeedStream stream) {
        return contents.stream()
                .filter(content -> content.stream().equals(stream))
                .findFirst();
    }

    boolean isGone(Set<ResultKind> kinds) {
        return gone.stream().anyMatch(kinds::contains);
    }
}
