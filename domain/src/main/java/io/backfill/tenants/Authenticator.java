package io.backfill.tenants;

/** SPI that determines the sender of a request. Called once per request before any of the body is read. Must not block for long. */
@FunctionalInterface
public interface Authenticator {
    /** Name of the bean that the node uses, which may be one of its own or one that was deployed with it. */
    String OF_NODE = "authenticatorOfNode";

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

    /**
     * Returns the sender of a request. An implementation that verifies a token overrides this method, so that the token is
     * verified once and not again for the question whether the sender is an operator.
     *
     * @throws io.backfill.errors.BackfillException as {@link #authenticate}
     */
    default Caller caller(Credentials credentials) {
        return new Caller(authenticate(credentials), () -> isOperator(credentials));
    }
}
