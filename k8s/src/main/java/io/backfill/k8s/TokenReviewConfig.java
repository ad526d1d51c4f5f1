package io.backfill.k8s;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/**
 * Authentication of callers by Kubernetes tokens ({@code backfill.auth.mode=kubernetes}).
 *
 * @param tenant {@code backfill.auth.kubernetes.tenant}: which part of a service account's name is the tenant; default namespace
 * @param audience {@code backfill.auth.kubernetes.audience}: audience that tokens must be issued for; empty: the API server's own.
 *     With an audience, a token that leaks from the gateway is of no use elsewhere
 * @param cacheFor {@code backfill.auth.kubernetes.cache}: how long an accepted token is cached, and so remains valid after it was
 *     revoked; default 60 s
 * @param refusedFor how long a rejected token is cached; default 10 s
 * @param cached maximum number of cached tokens, the least recently used are evicted; default 10,000
 * @param reviews maximum number of concurrent reviews, further callers are asked to retry; default 16
 * @param operators {@code backfill.auth.operators}: service accounts of operators as {@code namespace/name}
 */
public record TokenReviewConfig(
        Tenancy tenant,
        String audience,
        Duration cacheFor,
        Duration refusedFor,
        int cached,
        int reviews,
        Set<String> operators) {
    public static final TokenReviewConfig DEFAULT =
            new TokenReviewConfig(Tenancy.NAMESPACE, "", Duration.ofSeconds(60), Duration.ofSeconds(10), 10_000, 16);

    /** Creates a configuration without operators. */
    public TokenReviewConfig(
            Tenancy tenant, String audience, Duration cacheFor, Duration refusedFor, int cached, int reviews) {
        this(tenant, audience, cacheFor, refusedFor, cached, reviews, Set.of());
    }

    /** Returns a copy with these operators. */
    public TokenReviewConfig withOperators(Collection<String> accounts) {
        return new TokenReviewConfig(tenant, audience, cacheFor, refusedFor, cached, reviews, Set.copyOf(accounts));
    }

    /** Which part of a service account's name is the tenant. */
    public enum Tenancy {
        /** All service accounts of a namespace are one tenant, named like the namespace. */
        NAMESPACE,
        /** Each service account is a tenant, named {@code namespace/name}. */
        SERVICE_ACCOUNT
    }

    public TokenReviewConfig {
        operators = Set.copyOf(operators);
        for (String operator : operators) {
            if (!operator.matches("[^/:]+/[^/:]+")) {
                throw new IllegalArgumentException(
                        "backfill.auth.operators must list service accounts as namespace/name, not '" + operator + "'");
            }
        }
        if (!audience.chars().allMatch(c -> c > ' ' && c < 127) || audience.length() > 253) {
            throw new IllegalArgumentException(
                    "backfill.auth.kubernetes.audience must be visible ASCII characters, not '" + audience + "'");
        }
        if (cacheFor.isNegative() || cacheFor.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "backfill.auth.kubernetes.cache must be between 0 and 10 minutes, not " + cacheFor);
        }
        if (refusedFor.isNegative() || refusedFor.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("refused tokens are cached for 0 to 1 minute, not " + refusedFor);
        }
        if (cached < 1 || cached > 1_000_000 || reviews < 1 || reviews > 1000) {
            throw new IllegalArgumentException(
                    "cached tokens must be 1 to 1,000,000 and concurrent reviews 1 to 1000, not " + cached + " and "
                            + reviews);
        }
    }
}
