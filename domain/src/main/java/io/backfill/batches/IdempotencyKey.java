package io.backfill.batches;

import io.backfill.tenants.TenantId;
import java.time.Duration;

/**
 * A client's statement that two creates with this key are the same create.
 *
 * @param fingerprint fingerprint of the request body; the same key with another body is an error of the client
 */
public record IdempotencyKey(TenantId tenant, String key, String fingerprint) {
    /** How long a key is remembered. */
    public static final Duration REMEMBERED = Duration.ofHours(24);

    public static final int MAX_LENGTH = 255;

    /** Message for a client that used a key for two different requests. */
    public static final String CONFLICT =
            "This Idempotency-Key was already used with a different request. Use a new key for a new request.";

    public IdempotencyKey {
        if (key.isEmpty() || key.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("an idempotency key has 1 to " + MAX_LENGTH + " characters");
        }
    }
}
