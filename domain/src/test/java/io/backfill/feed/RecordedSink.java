package io.backfill.feed;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A connection in memory, whose client may stop reading. */
final class RecordedSink implements FeedSink {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean reads = true;
    private boolean cut;
    private Optional<FeedCursor> last = Optional.empty();
    private Optional<Follower> follower = Optional.empty();

    synchronized void stopReading() {
        reads = false;
    }

    void readAgain() {
        synchronized (this) {
            reads = true;
        }
        follower.ifPresent(Follower::wake);
    }

    void begin(Follower served) {
        follower = Optional.of(served);
        served.wake();
    }

    synchronized String text() {
        return received.toString(StandardCharsets.UTF_8);
    }

    synchronized boolean isCut() {
        return cut;
    }

    synchronized Optional<FeedCursor> last() {
        return last;
    }

    @Override
    public synchronized boolean isReady() {
        return reads;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        if (!reads) {
            throw new IllegalStateException("the sink is not ready");
        }
        received.write(bytes, offset, length);
    }

    @Override
    public synchronized void flush() {
        if (!reads) {
            throw new IllegalStateException("the sink is not ready");
        }
    }

    @Override
    public synchronized void end(FeedCursor cursor) {
        last = Optional.of(cursor);
    }

    @Override
    public synchronized void cut() {
        cut = true;
    }
}
