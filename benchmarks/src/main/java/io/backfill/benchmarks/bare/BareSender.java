package io.backfill.benchmarks.bare;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;

/** Sends one body and reads the whole answer. Used by one thread at a time. */
interface BareSender extends Closeable {
    /** Sends a body. Throws {@link IOException} unless the answer is a 200 with a body. */
    void send(byte[] body, int number) throws IOException;

    /** The HTTP library. */
    enum Library {
        /** HttpCore 5's connection classes alone, with one connection per thread: the basis of the gateway's own pool. */
        HTTPCORE,
        /** HttpClient 5's classic client with its pool: the usual choice of Java applications. */
        HTTPCLIENT;

        BareSender sender(URI server, String path, int threads) throws IOException {
            return switch (this) {
                case HTTPCORE -> new WireSender(server, path);
                case HTTPCLIENT -> ClientSender.of(server, path, threads);
            };
        }
    }
}
