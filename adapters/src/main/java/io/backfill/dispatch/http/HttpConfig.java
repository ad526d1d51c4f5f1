package io.backfill.dispatch.http;

import java.time.Duration;

/**
 * Limits of the HTTP sender.
 *
 * @param connectTimeout longest wait for a connection, TLS included; a model's own time-out may be shorter
 * @param maxAnswerBytes largest answer that is taken, after decompression; a longer one ends the call
 * @param spoolThreshold largest answer that is kept in memory; a longer one goes to disk while it arrives
 */
public record HttpConfig(Duration connectTimeout, int maxAnswerBytes, int spoolThreshold) {
    public static final int DEFAULT_SPOOL_THRESHOLD = 256 << 10;

    public static final HttpConfig DEFAULT = new HttpConfig(Duration.ofSeconds(10), 64 << 20, DEFAULT_SPOOL_THRESHOLD);

    public HttpConfig(Duration connectTimeout, int maxAnswerBytes) {
        this(connectTimeout, maxAnswerBytes, DEFAULT_SPOOL_THRESHOLD);
    }

    public HttpConfig {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect time-out must be positive, not " + connectTimeout);
        }
        if (maxAnswerBytes < 1024 || maxAnswerBytes > 1 << 30) {
            throw new IllegalArgumentException("largest answer must be 1 KiB to 1 GiB, not " + maxAnswerBytes);
        }
        if (spoolThreshold < 4096 || spoolThreshold > 16 << 20) {
            throw new IllegalArgumentException(
                    "backfill.dispatch.spool-threshold must be 4096 to 16777216, not " + spoolThreshold);
        }
    }
}
