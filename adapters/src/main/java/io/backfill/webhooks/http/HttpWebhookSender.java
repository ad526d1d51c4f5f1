package io.backfill.webhooks.http;

import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.WebhookSender;
import io.backfill.webhooks.WebhookUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Sends webhooks. The host is looked up once per attempt; the connection goes to one of the addresses that were checked, with the host
 * in SNI, in the certificate check and in {@code Host}. Redirects are not followed. An attempt ends after ten seconds, however slowly
 * the receiver accepts or sends; 64 KB of an answer are read at most. Thread-safe.
 */
public final class HttpWebhookSender implements WebhookSender {
    /** Time for one attempt. */
    public static final Duration LIMIT = Duration.ofSeconds(10);

    private static final int MOST_BODY = 64 << 10;
    private static final int MOST_ADDRESSES = 4;
    private static final int FIRST_FINAL_STATUS = 200;
    private static final Http1Config WIRE = Http1Config.custom()
            .setMaxLineLength(8 << 10)
            .setMaxHeaderCount(128)
            .build();

    /** Looks up the addresses of a host. */
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * What attempts use.
     *
     * @param lookups threads for look-ups, which cannot be interrupted; rejects when all are busy
     * @param timer ends attempts by closing their sockets
     */
    public record Ports(
            AddressRules rules,
            Lookup lookup,
            Executor lookups,
            ScheduledExecutorService timer,
            SSLContext tls,
            InstantSource time) {}

    private final Ports ports;
    private final Duration limit;

    public HttpWebhookSender(Ports ports) {
        this(ports, LIMIT);
    }

    HttpWebhookSender(Ports ports, Duration limit) {
        this.ports = ports;
        this.limit = limit;
    }

    @Override
    public Delivery.Attempt send(String url, String id, byte[] body, EndpointSecrets secrets) {
        try {
            int status = exchange(ports.rules().check(url), id, body, secrets);
            return ended(status, status / 100 == 2 ? "" : "the receiver answered " + status);
        } catch (IllegalArgumentException e) {
            return ended(0, "the URL cannot be used: " + e.getMessage());
        } catch (FailedAttemptException e) {
            return ended(0, String.valueOf(e.getMessage()));
        }
    }

    private Delivery.Attempt ended(int status, String error) {
        return new Delivery.Attempt(ports.time().instant(), status, error);
    }

    private int exchange(WebhookUrl url, String id, byte[] body, EndpointSecrets secrets)
            throws FailedAttemptException {
        long until = System.nanoTime() + limit.toNanos();
        List<InetAddress> addresses = permitted(url);
        TimeLimit end = new TimeLimit();
        Future<?> timer = ports.timer().schedule(end, Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        try {
            SocketChannel connected = connect(url, addresses, end, until);
            return exchange(url, connected, request(url, id, body, secrets));
        } catch (IOException | HttpException | RuntimeException e) {
            throw end.passed || System.nanoTime() >= until ? tooSlow() : new FailedAttemptException(reason(e), e);
        } finally {
            timer.cancel(false);
            end.close();
        }
    }

    /** Returns the addresses of the host that may be called. */
    private List<InetAddress> permitted(WebhookUrl url) throws FailedAttemptException {
        List<InetAddress> permitted = Arrays.stream(lookUp(url.host()))
                .filter(address -> ports.rules().permits(address, url.secure()))
                .limit(MOST_ADDRESSES)
                .toList();
        if (permitted.isEmpty()) {
            // names no address, which the tenant may not be entitled to know
            throw new FailedAttemptException("the host has no address that webhooks may be sent to");
        }
        return permitted;
    }

    private InetAddress[] lookUp(String host) throws FailedAttemptException {
        try {
            return CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return ports.lookup().addresses(host);
                                } catch (UnknownHostException e) {
                                    throw new CompletionException(e);
                                }
                            },
                            ports.lookups())
                    .get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw new FailedAttemptException("too many host names are being looked up", e);
        } catch (ExecutionException e) {
            throw new FailedAttemptException("the host name was not found", e);
        } catch (TimeoutException e) {
            throw new FailedAttemptException("the host name was not found in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FailedAttemptException("the gateway is stopping", e);
        }
    }

    /** Connects to one of the addresses, in their order. */
    private static SocketChannel connect(WebhookUrl url, List<InetAddress> addresses, TimeLimit end, long until)
            throws IOException {
        for (int i = 0; ; i++) {
            SocketChannel fresh = SocketChannel.open();
            end.watch(fresh);
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()) / (addresses.size() - i);
            try {
                fresh.socket().connect(new InetSocketAddress(addresses.get(i), url.port()), (int) Math.max(1, left));
                return fresh;
            } catch (IOException e) {
                fresh.close();
                if (i + 1 == addresses.size() || System.nanoTime() >= until) {
                    throw e;
                }
            }
        }
    }

    private BasicClassicHttpRequest request(WebhookUrl url, String id, byte[] body, EndpointSecrets secrets) {
        Instant now = ports.time().instant();
        BasicClassicHttpRequest request = new BasicClassicHttpRequest("POST", url.target());
        request.setHeader("Host", url.authority());
        request.setHeader("User-Agent", "Backfill/1.0 (webhooks)");
        request.setHeader("Connection", "close");
        request.setHeader("Content-Type", ContentType.APPLICATION_JSON.getMimeType());
        request.setHeader("Content-Length", body.length);
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", now.getEpochSecond());
        request.setHeader("webhook-signature", secrets.sign(id, now, body));
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        return request;
    }

    private int exchange(WebhookUrl url, SocketChannel channel, BasicClassicHttpRequest request)
            throws IOException, HttpException {
        DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(WIRE);
        if (url.secure()) {
            connection.bind(secured(url, channel), channel.socket());
        } else {
            connection.bind(channel.socket());
        }
        connection.sendRequestHeader(request);
        connection.sendRequestEntity(request);
        connection.flush();
        ClassicHttpResponse answer = connection.receiveResponseHeader();
        while (answer.getCode() < FIRST_FINAL_STATUS) {
            answer = connection.receiveResponseHeader();
        }
        connection.receiveResponseEntity(answer);
        drain(answer.getEntity());
        return answer.getCode();
    }

    private SSLSocket secured(WebhookUrl url, SocketChannel channel) throws IOException {
        SSLSocket socket =
                (SSLSocket) ports.tls().getSocketFactory().createSocket(channel.socket(), url.host(), url.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Reads the body, so that the receiver sees no reset; the status counts whatever becomes of the body. */
    private static void drain(@Nullable HttpEntity body) {
        if (body == null) {
            return;
        }
        try {
            // never closed, because close reads to the end
            InputStream in = body.getContent();
            int left = MOST_BODY;
            byte[] buffer = new byte[4096];
            for (int read = in.read(buffer); read > 0 && left > read; read = in.read(buffer)) {
                left -= read;
            }
        } catch (IOException e) {
            // the status is known
        }
    }

    private static FailedAttemptException tooSlow() {
        return new FailedAttemptException("the receiver did not answer within " + LIMIT.toSeconds() + " s");
    }

    private static String reason(Exception e) {
        return switch (e) {
            case ConnectException _ -> "the receiver does not accept connections";
            case SSLException tls -> "the TLS handshake failed: " + tls.getMessage();
            case HttpException _ -> "the answer is not HTTP";
            default -> "the connection failed: " + e.getMessage();
        };
    }

    /** Closes the channel when the time is over, whatever the attempt waits for. */
    private static final class TimeLimit implements Runnable {
        private final AtomicReference<@Nullable SocketChannel> channel = new AtomicReference<>();
        private volatile boolean passed;

        /** Makes {@code next} the channel that is closed, at once if the time is over. */
        void watch(SocketChannel next) throws IOException {
            channel.set(next);
            if (passed) {
                next.close();
            }
        }

        @Override
        public void run() {
            passed = true;
            close();
        }

        void close() {
            SocketChannel open = channel.get();
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                // closed even so
            }
        }
    }
}
