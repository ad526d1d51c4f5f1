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
 * The issuer's keys as they were last fetched. One fetch at a time, on the executor; whoever has the key of its token at hand never
 * waits for it. A token that no key fits makes one fetch, at most every {@link #ON_DEMAND}, and few callers at a time wait for it.
 * While the issuer gives no keys those from before stay in force for the outage time of the configuration, and a token that none of
 * them fits is {@code UNAVAILABLE}: it may be a good one. Thread-safe.
 */
final class IssuerKeys {
    static final Duration ON_DEMAND = Duration.ofSeconds(10);
    /** Callers that may wait for a fetch; each holds a thread of the server. */
    static final int WAITING = 16;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final OidcConfig config;
    private final KeyFetch fetch;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final Semaphore waiting = new Semaphore(WAITING);

    private volatile Fetched fetched;
    private volatile Optional<String> problem = Optional.of("they were not asked for yet");

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

    /** Begins a fetch if it is time for one; does not wait for it. */
    void refreshIfDue() {
        beginIfPast(config.refresh());
    }

    /** Why the newest fetch brought no keys; empty when all is well. */
    Optional<String> problem() {
        return problem;
    }

    /**
     * The keys that may have signed a token with this header; none when the issuer has no such key.
     *
     * @throws BackfillException {@code UNAVAILABLE} when that cannot be told now
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
        // a token need not name its key where there is no choice
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
                "The keys that tokens are checked with are not at hand at this moment. Please try again.");
    }

    /** The fetch under way, or a new one where the last is longer ago than {@code age}, or than the pause after a failure. */
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
            failed("this node stops", begun);
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
                // also means that those from before are withdrawn
                failed("there is no key among them that could verify a token; no token is accepted", done);
            } else {
                succeeded(keys.size(), done);
            }
        } catch (IOException | RuntimeException e) {
            failed(String.valueOf(e.getMessage()), done);
        } finally {
            // whatever happened, the next fetch must be able to begin
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

    /** Does nothing when it has been done. */
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
