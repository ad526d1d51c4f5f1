package io.backfill.benchmarks.bare;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/** Kept connections, each with a virtual thread that takes the next body, sends it and reads the whole answer. */
final class BareSenders implements AutoCloseable {
    private final URI server;
    private final String path;
    private final List<DefaultBHttpClientConnection> connections = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Connects {@code count} times. */
    BareSenders(URI server, String path, int count) throws IOException {
        this.server = server;
        this.path = path;
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(server.getHost(), server.getPort());
            socket.setTcpNoDelay(true);
            DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
            connection.bind(socket);
            connections.add(connection);
        }
    }

    /** Sends each body once; returns when the last answer is there. */
    void sendAll(List<byte[]> bodies) throws IOException {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> ends = new ArrayList<>();
        for (DefaultBHttpClientConnection connection : connections) {
            ends.add(threads.submit(() -> {
                for (int i = next.getAndIncrement(); i < bodies.size(); i = next.getAndIncrement()) {
                    send(connection, bodies.get(i), i);
                }
                return connection;
            }));
        }
        for (Future<?> end : ends) {
            try {
                end.get();
            } catch (ExecutionException failed) {
                throw new IOException("a call failed: " + failed.getCause(), failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", interrupted);
            }
        }
    }

    private void send(DefaultBHttpClientConnection connection, byte[] body, int number)
            throws IOException, HttpException {
        ClassicHttpRequest request = new BasicClassicHttpRequest("POST", path);
        request.addHeader("Host", server.getAuthority());
        request.addHeader("Content-Type", "application/json");
        request.addHeader("Content-Length", Integer.toString(body.length));
        request.addHeader("X-Request-Id", "bare-" + number);
        request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
        connection.sendRequestHeader(request);
        connection.sendRequestEntity(request);
        connection.flush();
        ClassicHttpResponse response = connection.receiveResponseHeader();
        connection.receiveResponseEntity(response);
        byte[] answer = EntityUtils.toByteArray(response.getEntity());
        if (response.getCode() != 200 || answer.length == 0) {
            throw new IOException("was answered " + response.getCode());
        }
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (DefaultBHttpClientConnection connection : connections) {
            connection.close();
        }
    }
}
