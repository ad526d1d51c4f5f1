package io.backfill.api;

import io.backfill.batches.IdempotencyKey;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The header {@code Idempotency-Key} of requests that create something. */
public final class IdempotencyHeader {
    public static final String NAME = "Idempotency-Key";

    private IdempotencyHeader() {}

    /**
     * Returns the key of a request.
     *
     * @param header the header's value; empty if it was not sent
     * @param what the operation, which distinguishes requests with the same body; empty for a plain create
     * @param body the bytes of the request, which distinguish two requests with the same key
     * @throws BackfillException {@code INVALID_VALUE} if the key is too long
     */
    public static Optional<IdempotencyKey> of(TenantId tenant, Optional<String> header, String what, byte[] body) {
        return of(tenant, header, fingerprint(what, body));
    }

    /**
     * Returns the key of a request.
     *
     * @param header the header's value; empty if it was not sent
     * @param fingerprint distinguishes two requests with the same key
     * @throws BackfillException {@code INVALID_VALUE} if the key is too long
     */
    public static Optional<IdempotencyKey> of(TenantId tenant, Optional<String> header, String fingerprint) {
        if (header.filter(value -> value.length() > IdempotencyKey.MAX_LENGTH).isPresent()) {
            throw new BackfillException(
                    ErrorCode.INVALID_VALUE,
                    "Invalid 'Idempotency-Key' header: at most " + IdempotencyKey.MAX_LENGTH
                            + " characters are allowed.");
        }
        return header.map(value -> new IdempotencyKey(tenant, value, fingerprint));
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
