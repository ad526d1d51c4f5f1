package io.backfill.tenants.auth;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * Takes the tenant from a header that an authenticating proxy sets. Believes it only from that proxy's addresses; refuses a
 * request from elsewhere, and one without the header.
 */
public final class HeaderAuthenticator implements Authenticator {
    private final String header;
    private final List<Cidr> trusted;
    private final Optional<String> operatorHeader;

    /**
     * @param header name of the header that holds the tenant
     * @param trusted where the proxy's connections come from; at least one range
     */
    public HeaderAuthenticator(String header, List<Cidr> trusted) {
        this(header, trusted, Optional.empty());
    }

    /** @param operatorHeader name of the header by which the proxy says {@code true} of an operator; it must drop a client's own */
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

    /** A value that is anything but {@code true}, such as two joined, is no operator's. */
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
                    ErrorCode.NO_API_KEY, "This gateway takes requests through its authenticating proxy only.");
        }
        String tenant = credentials
                .header()
                .apply(header)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY, "The proxy in front of this gateway did not say whose request it is."));
        // two values joined: one of them may have come from the client
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
                ErrorCode.INVALID_API_KEY, "The proxy in front of this gateway named no valid tenant.");
    }
}
