package io.backfill.k8s;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.tenants.Authenticator;
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
 * Knows tenants by the token of their service account, sent as {@code Authorization: Bearer TOKEN}, and asks the cluster whose it is.
 * Answers are kept for a short time, by the token's digest; the token itself is kept nowhere. While the cluster does not answer,
 * callers whose token is not kept get {@code UNAVAILABLE}: nobody is told that a good token is bad. Thread-safe.
 */
public final class TokenReviewAuthenticator implements Authenticator {
    private static final String BEARER = "bearer ";
    /** Tokens are a few kilobytes; what is longer is not worth a question. */
    private static final int MOST_CHARACTERS = 16 * 1024;

    private static final Pattern ACCOUNT = Pattern.compile("system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)");

    private final TokenReviewConfig config;
    private final TokenReviews reviews;
    private final LongSupplier nanoTime;
    private final Semaphore places;
    // guards itself; in order of use
    private final Map<String, Answer> answers;

    /** @param tenant empty when refused */
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

    private Answer answerFor(Credentials credentials) {
        String token = tokenOf(credentials)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.NO_API_KEY,
                        "You didn't provide an API key. This gateway takes the token of a Kubernetes service account, in an"
                                + " Authorization header using Bearer auth (i.e. Authorization: Bearer TOKEN)."));
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
        // does not wait: a crowd with tokens nobody knows must not hold all threads, and the cluster's API server
        if (!places.tryAcquire()) {
            throw new BackfillException(
                    ErrorCode.UNAVAILABLE, "Too many callers are being checked at this moment. Please try again.");
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

    /** People and nodes have tokens too; they are no tenants. */
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
                "The token is not one of a Kubernetes service account that this gateway's cluster knows, or it has expired.");
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
