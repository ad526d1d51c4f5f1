package io.backfill.dispatch.http;

import java.time.Duration;

/**
 * Limits of the HTTP sender.
 *
 * @param connectTimeout longest wait for a connection, TLS included; a model's own time-out may be shorter
 * @param maxAnswerBytes largest answer that is taken; a longer one ends the call
 */
public record HttpConfig(Duration connectTimeout, int maxAnswerBytes) {
    public static final HttpConfig DEFAULT = new HttpConfig(Duration.ofSeconds(10), 64 << 20);

    public HttpConfig {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect time-out must be positive, not " + connectTimeout);
        }
        if (maxAnswerBytes < 1024 || maxAnswerBytes > 1 << 30) {
            throw new IllegalArgumentException("largest answer must be 1 KiB to 1 GiB, not " + maxAnswerBytes);
        }
    }
}
