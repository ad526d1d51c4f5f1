package io.backfill.k8s;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
import io.backfill.tenants.Caller;
import io.backfill.tenants.Credentials;
import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identifies tenants by the token of their service account, sent as {@code Authorization: Bearer TOKEN}, with a TokenReview by the
 * cluster. Results are cached for a short time by the token's digest; the token itself is not stored. While the cluster does not
 * answer, callers whose token is not cached get {@code UNAVAILABLE}, so a valid token is never reported as invalid. Thread-safe.
 */
public final class TokenReviewAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";
    /** Longer tokens are rejected without a review: valid ones have a few kilobytes. */
    private static final int MOST_CHARACTERS = 16 * 1024;

    private static final Pattern ACCOUNT = Pattern.compile("system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)");

    private final TokenReviewConfig config;
    private final TokenReviews reviews;
    private final LongSupplier nanoTime;
    private final Semaphore places;
    // guarded by itself; in access order
    private final Map<String, Answer> answers;

    /** @param tenant empty if the token was rejected */
    private record Answer(Optional<TenantId> tenant, boolean operator, long at) {}

    TokenReviewAuthenticator(TokenReviewConfig config, TokenReviews reviews, LongSupplier nanoTime) {
        this.config = config;
        this.reviews = reviews;
        this.nanoTime = nanoTime;
        this.places = new Semaphore(config.reviews());
        this.answers = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
                return size() > config.cached();
            }
        };
    }

    @Override
    public TenantId authenticate(Credentials credentials) {
        return answerFor(credentials).tenant().orElseThrow(TokenReviewAuthenticator::refused);
    }

    @Override
    public boolean isOperator(Credentials credentials) {
        return answerFor(credentials).operator();
    }

    @Override
    public Caller caller(Credentials credentials) {
        Answer answer = answerFor(credentials);
        return new Caller(answer.tenant().orElseThrow(TokenReviewAuthenticator::refused), answer::operator);
    }

    private Answer answerFor(Credentials credentials) {
        String token = tokenOf(credentials)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY,
                        "You didn't provide an API key. This gateway requires the token of a Kubernetes service account"
                                + " in an Authorization header using Bearer auth (i.e. Authorization: Bearer TOKEN)."));
        if (token.length() > MOST_CHARACTERS || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw refused();
        }
        String digest = digest(token);
        return kept(digest).orElseGet(() -> review(token, digest));
    }

    private Optional<Answer> kept(String digest) {
        synchronized (answers) {
            @Nullable Answer answer = answers.get(digest);
            if (answer == null) {
                return Optional.empty();
            }
            long age = nanoTime.getAsLong() - answer.at();
            long most = (answer.tenant().isPresent() ? config.cacheFor() : config.refusedFor()).toNanos();
            if (age < most) {
                return Optional.of(answer);
            }
            answers.remove(digest);
            return Optional.empty();
        }
    }

    private Answer review(String token, String digest) {
        // do not wait: many callers with unknown tokens must not block all threads or overload the API server
        if (!places.tryAcquire()) {
            throw new BackfillException(
                    ErrorCode.UNAVAILABLE, "Too many tokens are being reviewed at the moment. Please try again.");
        }
        try {
            Optional<String> user = reviews.userOf(token);
            Answer answer = new Answer(
                    user.flatMap(this::tenantOf),
                    user.filter(this::isOperatorsAccount).isPresent(),
                    nanoTime.getAsLong());
            synchronized (answers) {
                answers.put(digest, answer);
            }
            return answer;
        } finally {
            places.release();
        }
    }

    private boolean isOperatorsAccount(String user) {
        Matcher account = ACCOUNT.matcher(user);
        return account.matches()
                && config.operators().contains(account.group("namespace") + "/" + account.group("name"));
    }

    /** Returns the tenant of a service account. Tokens of users and nodes are valid too, but have no tenant. */
    private Optional<TenantId> tenantOf(String user) {
        Matcher account = ACCOUNT.matcher(user);
        if (!account.matches()) {
            return Optional.empty();
        }
        String namespace = account.group("namespace");
        String tenant = switch (config.tenant()) {
            case NAMESPACE -> namespace;
            case SERVICE_ACCOUNT -> namespace + "/" + account.group("name");
        };
        try {
            return Optional.of(new TenantId(tenant));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> tokenOf(Credentials credentials) {
        return credentials
                .header()
                .apply("Authorization")
                .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(BEARER))
                .map(value -> value.substring(BEARER.length()).strip())
                .filter(token -> !token.isEmpty());
    }

    private static BackfillException refused() {
        return new BackfillException(
                ErrorCode.INVALID_API_KEY,
                "The token has expired or does not belong to a service account of this gateway's Kubernetes cluster.");
    }

    private static String digest(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
