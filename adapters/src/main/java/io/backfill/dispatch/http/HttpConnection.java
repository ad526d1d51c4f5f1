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

/** One connection to a model. Used by one call at a time; {@link #close} may come from any thread and never blocks. */
final class HttpConnection implements Closeable {
    /** Bounds the head of an answer: what a broken server sends there would else fill the memory. */
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

    /** A connection over {@code channel}, which is connected. */
    static HttpConnection plain(SocketChannel channel) throws IOException {
        HttpConnection connection = new HttpConnection(channel);
        connection.wire.bind(channel.socket());
        return connection;
    }

    /** A connection over {@code socket}, whose handshake is done and whose bytes go through {@code channel}. */
    static HttpConnection secure(SocketChannel channel, SSLSocket socket) throws IOException {
        HttpConnection connection = new HttpConnection(channel);
        Socket base = channel.socket();
        connection.wire.bind(socket, base);
        return connection;
    }

    DefaultBHttpClientConnection wire() {
        return wire;
    }

    /** Whether bytes came that belong to no answer; the next answer could not be told from them. */
    boolean hasLeftovers() {
        return wire.input != null && wire.input.length() > 0;
    }

    /** Notes that nobody uses the connection since {@code nanos}. */
    void idleSince(long nanos) {
        idleSince = nanos;
    }

    long idleSince() {
        return idleSince;
    }

    /**
     * Whether the other side closed the connection, or sent something nobody asked for, while it was idle. Asks the socket
     * without waiting: a read with a time-out, the library's own way, would cost a millisecond per call.
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
            // not through the TLS layer, which would wait for a writer that blocks
            channel.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    /** Gives access to the buffer between socket and parser. */
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
