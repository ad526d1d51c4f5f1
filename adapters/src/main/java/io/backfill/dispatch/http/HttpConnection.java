package io.backfill.dispatch.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/** A connection to a replica. Used by one call at a time. {@link #close} may be called by any thread and never blocks. */
final class HttpConnection implements Closeable {
    /** Bounds the header of an answer, because a faulty server could otherwise fill the memory. */
    private static final Http1Config WIRE = Http1Config.custom()
            .setMaxLineLength(64 << 10)
            .setMaxHeaderCount(256)
            .build();

    private final SocketChannel channel;
    private final Wire wire = new Wire();
    private long idleSince;

    private HttpConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Returns a connection over {@code channel}, which must be connected. */
    static HttpConnection plain(SocketChannel channel) throws IOException {
        HttpConnection connection = new HttpConnection(channel);
        connection.wire.bind(channel.socket());
        return connection;
    }

    /** Returns a connection over {@code socket}, whose handshake is complete and whose bytes pass through {@code channel}. */
    static HttpConnection secure(SocketChannel channel, SSLSocket socket) throws IOException {
        HttpConnection connection = new HttpConnection(channel);
        Socket base = channel.socket();
        connection.wire.bind(socket, base);
        return connection;
    }

    DefaultBHttpClientConnection wire() {
        return wire;
    }

    /** Returns true if bytes beyond the end of the answer were received, which would be taken for the next answer. */
    boolean hasLeftovers() {
        return wire.input != null && wire.input.length() > 0;
    }

    /** Records that the connection has been idle since {@code nanos}. */
    void idleSince(long nanos) {
        idleSince = nanos;
    }

    long idleSince() {
        return idleSince;
    }

    /**
     * Returns true if the server closed the connection, or sent unexpected bytes, while the connection was idle. Uses a non-blocking
     * read, because the library's own check, a read with a time-out, would cost a millisecond per call.
     */
    boolean isStale() {
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) != 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            // bypasses the TLS layer, whose close would wait for a blocked writer
            channel.close();
        } catch (IOException e) {
            // the channel is closed even so
        }
    }

    /** Exposes the buffer between socket and parser. */
    private static final class Wire extends DefaultBHttpClientConnection {
        private @Nullable SessionInputBuffer input;

        Wire() {
            super(WIRE);
        }

        @Override
        protected InputStream createContentInputStream(long length, SessionInputBuffer buffer, InputStream socket) {
            input = buffer;
            return super.createContentInputStream(length, buffer, socket);
        }
    }
}
