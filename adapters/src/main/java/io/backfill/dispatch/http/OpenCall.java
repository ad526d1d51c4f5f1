package io.backfill.dispatch.http;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A handle with which other threads end a call: the timer at its deadline, or the batch at its abort. Ending closes the socket that
 * the call is using, which unblocks its thread while it connects, shakes hands, writes or reads.
 */
final class OpenCall {
    enum End {
        DEADLINE,
        CUT
    }

    // all three are guarded by this
    private @Nullable End end;
    private @Nullable Closeable socket;
    private boolean over;

    /** Ends the call. Does nothing if the call is over or was already ended. Never blocks. */
    void end(End why) {
        Closeable toClose;
        synchronized (this) {
            if (over || end != null) {
                return;
            }
            end = why;
            toClose = socket;
        }
        if (toClose != null) {
            try {
                toClose.close();
            } catch (IOException e) {
                // the socket is closed even so
            }
        }
    }

    /** Sets the socket that {@link #end} closes. Returns false if the call has already been ended. */
    synchronized boolean uses(Closeable newSocket) {
        socket = newSocket;
        return end == null;
    }

    /** Marks the call as over, so that a later end has no effect. Returns true if it was not ended, so the socket is still open. */
    synchronized boolean letGo() {
        over = true;
        return end == null;
    }

    synchronized Optional<End> ended() {
        return Optional.ofNullable(end);
    }
}
