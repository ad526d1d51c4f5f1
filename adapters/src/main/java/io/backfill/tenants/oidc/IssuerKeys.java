package io.backfill.tenants.oidc;

import static io.backfill.tenants.oidc.OidcLog.LOG;

import com.nimbusds.jose.JWSHeader;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
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

/**
 * The keys of the issuer as last fetched. At most one fetch runs at a time, on the executor. A caller whose token matches a known
 * key never waits. A token that matches no known key triggers a fetch, at most once per {@link #ON_DEMAND}, and a limited number of
 * callers wait for it. While keys cannot be fetched, the previous keys stay in effect for the configured outage time, and a token
 * that matches none of them fails with {@code UNAVAILABLE}, because it may be valid. Thread-safe.
 */
final class IssuerKeys {
    static final Duration ON_DEMAND = Duration.ofSeconds(10);
    /** The most callers that may wait for a fetch; each occupies a thread of the server. */
    static final int WAITING = 16;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final OidcConfig config;
    private final KeyFetch fetch;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final Semaphore waiting = new Semaphore(WAITING);

    private volatile Fetched fetched;
    private volatile Optional<String> problem = Optional.of("not fetched yet");

    // guarded by this
    private Optional<CompletableFuture<Void>> underWay = Optional.empty();
    private boolean asked;
    private long endedAt;
    private int failures;

    private record Fetched(List<IssuerKey> keys, long at) {}

    IssuerKeys(OidcConfig config, KeyFetch fetch, Executor executor, LongSupplier nanoTime) {
        this.config = config;
        this.fetch = fetch;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.fetched = new Fetched(List.of(), nanoTime.getAsLong());
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
     * Returns the keys that may have signed a token with this header, or an empty list if the issuer has no such key.
     *
     * @throws BackfillException {@code UNAVAILABLE} if the keys of the issuer are currently unknown
     */
    List<IssuerKey> fitting(JWSHeader header) {
        List<IssuerKey> known = known(header);
        if (known.isEmpty()) {
            beginIfPast(ON_DEMAND).ifPresent(this::await);
            known = known(header);
            if (known.isEmpty() && problem.isPresent()) {
                throw unavailable();
            }
        }
        return known;
    }

    private List<IssuerKey> known(JWSHeader header) {
        Fetched now = fetched;
        if (nanoTime.getAsLong() - now.at() > config.outage().toNanos()) {
            return List.of();
        }
        List<IssuerKey> fitting =
                now.keys().stream().filter(key -> key.fits(header)).toList();
        // a token may omit the key id only if a single key matches
        return header.getKeyID() == null && fitting.size() > 1 ? List.of() : fitting;
    }

    private void await(CompletableFuture<Void> pending) {
        if (!waiting.tryAcquire()) {
            throw unavailable();
        }
        try {
            pending.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } finally {
            waiting.release();
        }
    }

    private static BackfillException unavailable() {
        return new BackfillException(
                ErrorCode.UNAVAILABLE,
                "The signing keys of the identity provider are currently unavailable. Please try again.");
    }

    /**
     * Returns the fetch in progress, if any. Otherwise starts one if the last fetch ended at least {@code age} ago or, after a
     * failure, if the back-off has passed.
     */
    private Optional<CompletableFuture<Void>> beginIfPast(Duration age) {
        CompletableFuture<Void> begun;
        synchronized (this) {
            Duration least = failures > 0 ? pause(failures) : age;
            if (underWay.isPresent() || asked && nanoTime.getAsLong() - endedAt < least.toNanos()) {
                return underWay;
            }
            begun = new CompletableFuture<>();
            underWay = Optional.of(begun);
            asked = true;
        }
        try {
            executor.execute(() -> fetchOnce(begun));
        } catch (RejectedExecutionException stopping) {
            failed("this node is shutting down", begun);
        }
        return Optional.of(begun);
    }

    private static Duration pause(int failures) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 5));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void fetchOnce(CompletableFuture<Void> done) {
        try {
            List<IssuerKey> keys = fetch.fetch();
            fetched = new Fetched(keys, nanoTime.getAsLong());
            if (keys.isEmpty()) {
                // an empty set also withdraws the previous keys
                failed("the key set has no key that can verify a token; all tokens are rejected", done);
            } else {
                succeeded(keys.size(), done);
            }
        } catch (IOException | RuntimeException e) {
            failed(String.valueOf(e.getMessage()), done);
        } finally {
            // also after an Error, so that the next fetch can start
            end(done, false);
        }
    }

    private void succeeded(int count, CompletableFuture<Void> done) {
        if (problem.isPresent()) {
            LOG.keys(config.issuer(), count);
        }
        problem = Optional.empty();
        end(done, true);
    }

    private void failed(String why, CompletableFuture<Void> done) {
        Optional<String> before = problem;
        problem = Optional.of(why);
        if (!problem.equals(before)) {
            LOG.noKeys(config.issuer(), why);
        }
        end(done, false);
    }

    /** Ends the fetch. Does nothing if it has already ended. */
    private void end(CompletableFuture<Void> done, boolean success) {
        synchronized (this) {
            if (underWay.isEmpty() || underWay.get() != done) {
                return;
            }
            underWay = Optional.empty();
            endedAt = nanoTime.getAsLong();
            failures = success ? 0 : failures + 1;
        }
        done.complete(null);
    }
}
