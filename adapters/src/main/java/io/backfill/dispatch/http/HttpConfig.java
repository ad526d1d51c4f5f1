package io.backfill.dispatch.http;

import java.time.Duration;

/**
 * Limits of the HTTP sender.
 *
 * @param connectTimeout time-out for opening a connection, including the TLS handshake; the time-out of a model may be shorter
 * @param maxAnswerBytes size of the largest answer that is accepted, after decompression; a larger one ends the call
 * @param spoolThreshold size of the largest answer that is kept in memory; a larger one goes to disk as it arrives
 */
public record HttpConfig(Duration connectTimeout, int maxAnswerBytes, int spoolThreshold) {
    public static final int DEFAULT_SPOOL_THRESHOLD = 256 << 10;

    public static final HttpConfig DEFAULT = new HttpConfig(Duration.ofSeconds(10), 64 << 20, DEFAULT_SPOOL_THRESHOLD);

    public HttpConfig(Duration connectTimeout, int maxAnswerBytes) {
        this(connectTimeout, maxAnswerBytes, DEFAULT_SPOOL_THRESHOLD);
    }

    public HttpConfig {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("the connect time-out must be positive, not " + connectTimeout);
        }
        if (maxAnswerBytes < 1024 || maxAnswerBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "the limit of an answer must be between 1 KiB and 1 GiB, not " + maxAnswerBytes);
        }
        if (spoolThreshold < 4096 || spoolThreshold > 16 << 20) {
            throw new IllegalArgumentException(
                    "backfill.dispatch.spool-threshold must be between 4096 and 16777216, not " + spoolThreshold);
        }
    }
}
