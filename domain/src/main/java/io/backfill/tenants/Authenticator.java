package io.backfill.tenants;

/** SPI: from a request to its tenant. Called once per request, before anything of the body is read; must not block for long. */
@FunctionalInterface
public interface Authenticator {
    /**
     * The tenant of a request.
     *
     * @throws io.backfill.errors.BackfillException {@code NO_API_KEY} or {@code INVALID_API_KEY} when the request shows none
     *     or a wrong one; the message masks the key
     */
    TenantId authenticate(Credentials credentials);

    /**
     * Whether the request comes from an operator, who may do things to batches of any tenant. Asked only for addresses that are for
     * operators, after {@link #authenticate} took the same credentials.
     *
     * @throws io.backfill.errors.BackfillException as {@link #authenticate}
     */
    default boolean isOperator(Credentials credentials) {
        return false;
    }
}
