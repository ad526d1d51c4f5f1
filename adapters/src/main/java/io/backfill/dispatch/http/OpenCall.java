package io.backfill.dispatch.http;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handle by which others end a call: the timer at its deadline, the batch at its abort. Ending closes the socket the call
 * uses at that moment, which wakes its thread wherever it blocks: connecting, in the TLS handshake, writing or reading.
 */
final class OpenCall {
    enum End {
        DEADLINE,
        CUT
    }

    // all three are guarded by the monitor
    private @Nullable End end;
    private @Nullable Closeable socket;
    private boolean over;

    /** Ends the call; does nothing when it is over or was ended before. Never blocks. */
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
                // it is closed all the same
            }
        }
    }

    /** From now on an end closes this socket. False when the call was ended already. */
    synchronized boolean uses(Closeable newSocket) {
        socket = newSocket;
        return end == null;
    }

    /** The call is over, later ends change nothing. True when none came, so that the socket is whole. */
    synchronized boolean letGo() {
        over = true;
        return end == null;
    }

    synchronized Optional<End> ended() {
        return Optional.ofNullable(end);
    }
}
