package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.OidcLog.LOG;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the issuer as last fetched. At most one fetch runs at a time, on the executor. A caller whose token matches a known
 * key never waits. A token that matches no known key triggers a fetch, at most once per {@link #ON_DEMAND}, and a limited number of
 * callers wait for it. While keys cannot be fetched, the previous keys stay in effect for the configured outage time. The caches of
 * the library do not keep these rules (ADR 28). Thread-safe.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
    static final Duration ON_DEMAND = Duration.ofSeconds(10);
    /** The most callers that may wait for a fetch; each occupies a thread of the server. */
    static final int WAITING = 16;

    private static final long LONGEST_PAUSE_SECONDS = 30;

    private final OidcConfig config;
    private final KeyFetch fetch;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final Semaphore waiting = new Semaphore(WAITING);

    private volatile Fetched fetched;
    private volatile Optional<String> problem = Optional.of("not fetched yet");
    private volatile CompletableFuture<Void> latest = CompletableFuture.completedFuture(null);

    // guarded by this
    private long endedAt;
    private int failures;

    private record Fetched(JWKSet keys, long at) {}

    IssuerKeys(OidcConfig config, KeyFetch fetch, Executor executor, LongSupplier nanoTime) {
        this.config = config;
        this.fetch = fetch;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.fetched = new Fetched(new JWKSet(), nanoTime.getAsLong());
        // the first fetch is due at once
        this.endedAt = nanoTime.getAsLong() - config.refresh().toNanos();
    }

    /** Starts a fetch if one is due, and does not wait for it. */
    void refreshIfDue() {
        beginIfPast(config.refresh());
    }

    /** Returns why the latest fetch failed, or empty if it succeeded. */
    Optional<String> problem() {
        return problem;
    }

    /**
     * Returns the keys that may have signed a token, or an empty list if the issuer has no such key.
     *
     * @throws KeySourceException if no known key matches and the keys of the issuer are currently unknown
     */
    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        // ignores a certificate in the header: the library would parse those of all keys before it verifies a signature
        JWKMatcher matcher = new JWKMatcher.Builder(selector.getMatcher())
                .x509CertSHA256Thumbprint(null)
                .build();
        List<JWK> known = known(matcher);
        if (known.isEmpty()) {
            beginIfPast(ON_DEMAND);
            await(latest);
            known = known(matcher);
            if (known.isEmpty() && problem.isPresent()) {
                throw new KeySourceException("no known key matches, and the keys cannot be fetched");
            }
        }
        return known;
    }

    private List<JWK> known(JWKMatcher matcher) {
        Fetched now = fetched;
        if (nanoTime.getAsLong() - now.at() > config.outage().toNanos()) {
            return List.of();
        }
        List<JWK> matching = new JWKSelector(matcher).select(now.keys());
        // a token may omit the key id only if a single key matches
        return matcher.getKeyIDs() == null && matching.size() > 1 ? List.of() : matching;
    }

    private void await(CompletableFuture<Void> pending) throws KeySourceException {
        if (pending.isDone()) {
            return;
        }
        if (!waiting.tryAcquire()) {
            throw new KeySourceException("too many callers wait for the keys");
        }
        try {
            pending.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new KeySourceException("the keys did not arrive in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeySourceException("interrupted while waiting for the keys", e);
        } finally {
            waiting.release();
        }
    }

    /**
     * Starts a fetch unless one is in progress, if the last one ended at least {@code age} ago or, after a failure, if the back-off
     * has passed.
     */
    private synchronized void beginIfPast(Duration age) {
        Duration least = failures > 0 ? pause(failures) : age;
        if (!latest.isDone() || nanoTime.getAsLong() - endedAt < least.toNanos()) {
            return;
        }
        try {
            latest = CompletableFuture.runAsync(this::fetchOnce, executor);
        } catch (RejectedExecutionException stopping) {
            ended(Optional.of("this node is shutting down"));
        }
    }

    private static Duration pause(int failures) {
        return Duration.ofSeconds(Math.min(1L << Math.min(failures - 1, 5), LONGEST_PAUSE_SECONDS));
    }

    private void fetchOnce() {
        Optional<String> failure;
        try {
            JWKSet keys = fetch.fetch();
            fetched = new Fetched(keys, nanoTime.getAsLong());
            // an empty set also withdraws the previous keys
            failure = keys.isEmpty()
                    ? Optional.of("the key set has no key that can verify a token; all tokens are rejected")
                    : Optional.empty();
        } catch (IOException | RuntimeException | Error e) {
            failure = Optional.of(String.valueOf(e.getMessage()));
        }
        ended(failure);
    }

    private void ended(Optional<String> failure) {
        Optional<String> before = problem;
        problem = failure;
        synchronized (this) {
            endedAt = nanoTime.getAsLong();
            failures = failure.isPresent() ? failures + 1 : 0;
        }
        if (!failure.equals(before)) {
            failure.ifPresentOrElse(
                    why -> LOG.noKeys(config.issuer(), why),
                    () -> LOG.keys(config.issuer(), fetched.keys().size()));
        }
    }
}
