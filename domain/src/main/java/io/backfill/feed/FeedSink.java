package io.backfill.feed;

import java.io.IOException;

/** The connection of a follower. Its methods do not wait, and are called by one thread at a time. */
public interface FeedSink {
    /**
     * Returns whether bytes can be written without a wait. If not, the sink calls {@link Follower#wake} as soon as they can, or once
     * the client is gone.
     */
    boolean isReady();

    /** Sends bytes. Called only if the sink is ready. Keeps no reference to the array after it is ready again. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Sends what was written. Called only if the sink is ready. */
    void flush() throws IOException;

    /** Ends the response in order. {@code last} is the cursor behind the last line that was written. */
    void end(FeedCursor last);

    /** Breaks the connection, so that the client sees that the response is incomplete. */
    void cut();
}
