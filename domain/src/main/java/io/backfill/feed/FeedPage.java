package io.backfill.feed;

import io.backfill.results.ResultKind;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The lines that follow a cursor, up to a limit. The page knows how many bytes it has and where the next one begins before the first
 * byte is sent; the lines are read twice for that and never kept in memory.
 */
public final class FeedPage {
    private static final int BLOCK_BYTES = 256 * 1024;

    private final BatchFeed feed;
    private final List<Part> parts = new ArrayList<>();
    private FeedCursor next;
    private int lines;

    /** A part of a stream that is on the page. */
    private record Part(FeedStream stream, long from, long to) {}

    private FeedPage(BatchFeed feed, FeedCursor from) {
        this.feed = feed;
        this.next = from;
    }

    /** Finds the page in what {@code feed} has read last. */
    public static FeedPage of(BatchFeed feed, FeedCursor from, Set<ResultKind> kinds, int limit) throws IOException {
        FeedPage page = new FeedPage(feed, from);
        for (FeedView.Content content : feed.view().contents()) {
            if (kinds.contains(content.stream().kind()) && page.lines < limit) {
                page.add(content, limit);
            }
        }
        return page;
    }

    private void add(FeedView.Content content, int limit) throws IOException {
        FeedStream stream = content.stream();
        long start = next.at(stream);
        long end = content.length();
        long position = start;
        while (position < end && lines < limit) {
            byte[] block = feed.read(stream, position, (int) Math.min(BLOCK_BYTES, end - position));
            if (block.length == 0) {
                break;
            }
            position += take(block, limit);
        }
        if (position > start) {
            parts.add(new Part(stream, start, position));
            next = next.with(stream, position);
        }
    }

    /** Counts lines, and returns how many bytes of the block belong to the page. */
    private int take(byte[] block, int limit) {
        for (int i = 0; i < block.length; i++) {
            if (block[i] == '\n') {
                lines++;
                if (lines == limit) {
                    return i + 1;
                }
            }
        }
        return block.length;
    }

    /** Returns the cursor behind the last line of this page. */
    public FeedCursor next() {
        return next;
    }

    public long bytes() {
        return parts.stream().mapToLong(part -> part.to() - part.from()).sum();
    }

    /**
     * Writes the lines. The batch may end in the meantime.
     *
     * @param unreadable gets a failure of the store, which is then thrown; failures of {@code out} are only thrown
     */
    public void writeTo(OutputStream out, Consumer<IOException> unreadable) throws IOException {
        for (Part part : parts) {
            for (long position = part.from(); position < part.to(); ) {
                byte[] block = read(part, position, unreadable);
                out.write(block);
                position += block.length;
            }
        }
    }

    private byte[] read(Part part, long position, Consumer<IOException> unreadable) throws IOException {
        try {
            byte[] block = feed.read(part.stream(), position, (int) Math.min(BLOCK_BYTES, part.to() - position));
            if (block.length == 0) {
                throw new EOFException("a result line that was durable is gone");
            }
            return block;
        } catch (IOException e) {
            unreadable.accept(e);
            throw e;
        }
    }
}
