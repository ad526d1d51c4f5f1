package io.backfill.dispatch.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Opens connections to one replica. */
final class Connector {
    private final Origin origin;
    private final SSLContext tls;
    private final Addresses addresses;
    private final LongSupplier nanoTime;

    /** @param tls used only if the origin is secure */
    Connector(Origin origin, SSLContext tls, LongSupplier nanoTime) {
        this(origin, tls, InetAddress::getAllByName, nanoTime);
    }

    Connector(Origin origin, SSLContext tls, Addresses.Lookup lookup, LongSupplier nanoTime) {
        this.addresses = new Addresses(origin.host(), lookup, nanoTime);
        this.origin = origin;
        this.tls = tls;
        this.nanoTime = nanoTime;
    }

    /**
     * Opens a connection, including the TLS handshake, within {@code nanos}. Tries every address of the host, starting with those
     * that have not failed recently, and divides the remaining time equally among the addresses not tried yet.
     *
     * @throws IOException if no address accepted the connection or {@code call} was ended in the meantime
     */
    HttpConnection connect(OpenCall call, long nanos) throws IOException {
        long until = nanoTime.getAsLong() + nanos;
        List<InetAddress> inOrder = addresses.inOrder();
        for (int i = 0; ; i++) {
            SocketChannel channel = SocketChannel.open();
            boolean connected = false;
            try {
                if (!call.uses(channel)) {
                    throw new SocketException("the call ended before it was connected");
                }
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                int untried = inOrder.size() - i;
                channel.socket()
                        .connect(new InetSocketAddress(inOrder.get(i), origin.port()), millisLeft(until) / untried + 1);
                HttpConnection connection = origin.secure() ? secured(channel, until) : HttpConnection.plain(channel);
                connected = true;
                addresses.connected(inOrder.get(i));
                return connection;
            } catch (IOException e) {
                boolean ended = call.ended().isPresent();
                if (!ended) {
                    addresses.failed(inOrder.get(i));
                }
                if (ended || i + 1 == inOrder.size()) {
                    throw e;
                }
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
        }
    }

    private HttpConnection secured(SocketChannel channel, long until) throws IOException {
        Socket base = channel.socket();
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(base, origin.host(), origin.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(millisLeft(until) + 1);
        socket.startHandshake();
        // from now on only the call's deadline applies, which closes the socket
        socket.setSoTimeout(0);
        return HttpConnection.secure(channel, socket);
    }

    private int millisLeft(long until) throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(until - nanoTime.getAsLong());
        if (left < 0) {
            throw new SocketTimeoutException("no time left to connect");
        }
        return (int) Math.min(left, Integer.MAX_VALUE / 2);
    }
}
