package io.backfill.tenants.auth;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * Takes the tenant from a header that an authenticating proxy sets. Trusts the header only from the addresses of that proxy. Rejects
 * requests from other addresses and requests without the header.
 */
public final class HeaderAuthenticator implements Authenticator {
    private final String header;
    private final List<Cidr> trusted;
    private final Optional<String> operatorHeader;

    /**
     * Creates an authenticator that knows no operators.
     *
     * @param header name of the header that contains the tenant
     * @param trusted addresses of the proxy, at least one range
     */
    public HeaderAuthenticator(String header, List<Cidr> trusted) {
        this(header, trusted, Optional.empty());
    }

    /**
     * Creates an authenticator.
     *
     * @param operatorHeader name of the header that the proxy sets to {@code true} for an operator; the proxy must remove this header
     *     from requests of clients
     */
    public HeaderAuthenticator(String header, List<Cidr> trusted, Optional<String> operatorHeader) {
        if (header.isBlank()) {
            throw new IllegalArgumentException("the header that names the tenant must be configured");
        }
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("the addresses of the trusted proxy must be configured");
        }
        this.header = header;
        this.trusted = List.copyOf(trusted);
        this.operatorHeader = operatorHeader;
    }

    /** Returns true only if the value is exactly {@code true}; joined values of several headers are not. */
    @Override
    public boolean isOperator(Credentials credentials) {
        return isTrusted(credentials)
                && operatorHeader
                        .flatMap(credentials.header())
                        .filter(value -> value.strip().equals("true"))
                        .isPresent();
    }

    private boolean isTrusted(Credentials credentials) {
        return trusted.stream().anyMatch(range -> range.contains(credentials.peer()));
    }

    @Override
    public TenantId authenticate(Credentials credentials) {
        if (!isTrusted(credentials)) {
            throw new BackfillException(
                    ErrorCode.NO_API_KEY, "This gateway accepts requests only through its authenticating proxy.");
        }
        String tenant = credentials
                .header()
                .apply(header)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY, "The proxy in front of this gateway did not name the tenant."));
        // joined values of several headers, one of which may have been sent by the client
        if (tenant.indexOf(',') >= 0) {
            throw refused();
        }
        try {
            return new TenantId(tenant);
        } catch (IllegalArgumentException e) {
            throw refused();
        }
    }

    private static BackfillException refused() {
        return new BackfillException(
                ErrorCode.INVALID_API_KEY, "The proxy in front of this gateway did not name a valid tenant.");
    }
}
