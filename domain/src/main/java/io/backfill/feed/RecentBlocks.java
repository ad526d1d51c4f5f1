package io.backfill.feed;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The blocks of a followed batch that were read last, so that followers at the same position share one read and one array. Keeps at
 * most {@value #MOST_BYTES} bytes. Thread-safe; two reads of one batch wait for each other.
 */
final class RecentBlocks {
    static final int BLOCK_BYTES = 64 * 1024;
    private static final int MOST_BYTES = 1024 * 1024;

    private final BatchFeed feed;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Place, byte[]> blocks = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    private record Place(FeedStream stream, long from, int length) {}

    RecentBlocks(BatchFeed feed) {
        this.feed = feed;
    }

    /** Returns the bytes of a stream from a position, at most a block; empty if there is none yet. Must not be changed. */
    byte[] read(FeedStream stream, long from, long available) throws IOException {
        Place place = new Place(stream, from, (int) Math.min(BLOCK_BYTES, available));
        lock.lock();
        try {
            byte[] known = blocks.get(place);
            if (known != null) {
                return known;
            }
            byte[] read = feed.read(stream, from, place.length());
            blocks.put(place, read);
            bytes += read.length;
            while (bytes > MOST_BYTES) {
                Map.Entry<Place, byte[]> oldest = blocks.pollFirstEntry();
                bytes -= oldest.getValue().length;
            }
            return read;
        } finally {
            lock.unlock();
        }
    }
}
