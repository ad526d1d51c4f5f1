package io.backfill.api.batches;

import io.backfill.api.http.ApiRequest;
import io.backfill.api.http.JsonBody;
import io.backfill.batches.IdempotencyKey;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The header {@code Idempotency-Key}. */
final class IdempotencyHeader {
    private IdempotencyHeader() {}

    /**
     * Returns the key of a request that creates a batch.
     *
     * @param what distinguishes requests with the same body; empty for a create
     */
    static Optional<IdempotencyKey> of(ApiRequest request, String what, JsonBody body) {
        Optional<String> key = request.header("Idempotency-Key");
        if (key.filter(value -> value.length() > IdempotencyKey.MAX_LENGTH).isPresent()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "Invalid 'Idempotency-Key' header: at most " + IdempotencyKey.MAX_LENGTH
                            + " characters are allowed.");
        }
        return key.map(value -> new IdempotencyKey(request.tenant(), value, fingerprint(what, body.bytes())));
    }

    private static String fingerprint(String what, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(what.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
