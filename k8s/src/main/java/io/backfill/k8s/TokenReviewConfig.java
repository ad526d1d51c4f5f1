package io.backfill.k8s;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/**
 * Callers known by Kubernetes tokens ({@code backfill.auth.mode=kubernetes}).
 *
 * @param tenant {@code backfill.auth.kubernetes.tenant}: what of a service account is the tenant; default namespace
 * @param audience {@code backfill.auth.kubernetes.audience}: that tokens must be made for; empty: the API server's own. With one,
 *     a token that leaks from here opens nothing else
 * @param cacheFor {@code backfill.auth.kubernetes.cache}: how long an accepted token is not asked about again, and so works on
 *     after it was revoked; default 60 s
 * @param refusedFor how long a refused one is not; default 10 s
 * @param cached tokens kept at most, the least used are forgotten; default 10,000
 * @param reviews at a time at most; further callers are told to come back; default 16
 * @param operators {@code backfill.auth.operators}: service accounts of operators, {@code namespace/name}
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

    /** Without operators. */
    public TokenReviewConfig(
            Tenancy tenant, String audience, Duration cacheFor, Duration refusedFor, int cached, int reviews) {
        this(tenant, audience, cacheFor, refusedFor, cached, reviews, Set.of());
    }

    /** The same with these operators. */
    public TokenReviewConfig withOperators(Collection<String> accounts) {
        return new TokenReviewConfig(tenant, audience, cacheFor, refusedFor, cached, reviews, Set.copyOf(accounts));
    }

    /** What of a service account is the tenant. */
    public enum Tenancy {
        /** All service accounts of a namespace are one tenant, named as it is. */
        NAMESPACE,
        /** Each is its own: {@code namespace/name}. */
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
            throw new IllegalArgumentException("refused tokens are kept between 0 and 1 minute, not " + refusedFor);
        }
        if (cached < 1 || cached > 1_000_000 || reviews < 1 || reviews > 1000) {
            throw new IllegalArgumentException(
                    "1 to 1,000,000 tokens can be kept and 1 to 1000 reviewed at a time, not " + cached + " and "
                            + reviews);
        }
    }
}
