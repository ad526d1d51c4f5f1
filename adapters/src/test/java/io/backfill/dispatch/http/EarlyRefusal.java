package io.backfill.dispatch.http;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Answers 413 as soon as a request begins, stops writing, and only then continues to read for a while. */
final class EarlyRefusal implements Closeable {
    private final ServerSocket server;

    EarlyRefusal() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(this::serve);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void serve() {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read();
            socket.getOutputStream()
                    .write(ScriptedServer.answer(413, "text/plain", "too large", "Connection: close")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readNBytes(30 << 20);
        } catch (IOException e) {
            // the client has disconnected
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
