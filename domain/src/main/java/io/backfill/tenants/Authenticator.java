package io.backfill.tenants;

/** SPI that determines the tenant of a request. Called once per request before any of the body is read. Must not block for long. */
@FunctionalInterface
public interface Authenticator {
    /**
     * Returns the tenant of a request.
     *
     * @throws io.backfill.errors.BackfillException {@code NO_API_KEY} if the request has no key, {@code INVALID_API_KEY} if the
     *     key is wrong; the message masks the key
     */
    TenantId authenticate(Credentials credentials);

    /**
     * Whether the request comes from an operator, who may act on batches of any tenant. Called only for operator endpoints, after
     * {@link #authenticate} has accepted the same credentials.
     *
     * @throws io.backfill.errors.BackfillException as {@link #authenticate}
     */
    default boolean isOperator(Credentials credentials) {
        return false;
    }
}
