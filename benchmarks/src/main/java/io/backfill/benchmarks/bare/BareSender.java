package io.backfill.benchmarks.bare;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;

/** Sends one body and reads the whole answer; used by one thread at a time. */
interface BareSender extends Closeable {
    /** Throws {@link IOException} unless the answer is a 200 with a body. */
    void send(byte[] body, int number) throws IOException;

    /** Who sends. */
    enum Library {
        /** HttpCore 5's connection classes alone, a connection per thread: what the gateway's own pool is built on. */
        HTTPCORE,
        /** HttpClient 5's classic client with its pool: what an application in Java usually takes. */
        HTTPCLIENT;

        BareSender sender(URI server, String path, int threads) throws IOException {
            return switch (this) {
                case HTTPCORE -> new WireSender(server, path);
                case HTTPCLIENT -> ClientSender.of(server, path, threads);
            };
        }
    }
}
