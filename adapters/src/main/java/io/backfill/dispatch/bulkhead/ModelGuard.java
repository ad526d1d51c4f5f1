package io.backfill.dispatch.bulkhead;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.smallrye.faulttolerance.api.TypedGuard;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/** The bulkhead of one model under one cap. A guard cannot be resized, so a new cap means a new one of these. */
final class ModelGuard {
    /** In place of a number of calls; far below what calls that come too late could make of it. */
    private static final int RETIRED = Integer.MIN_VALUE / 2;

    private final int cap;
    private final TypedGuard<Outcome> guard;
    /** Calls of the model that are open, under this cap and the caps before it. */
    private final AtomicInteger open;
    /** Newest of the model's configuration under which this cap was asked for. */
    private volatile long version;

    private ModelGuard(int cap, long version, TypedGuard<Outcome> guard, AtomicInteger open) {
        this.cap = cap;
        this.version = version;
        this.guard = guard;
        this.open = open;
    }

    static ModelGuard first(int cap, long version) {
        return new ModelGuard(cap, version, newGuard(cap), new AtomicInteger());
    }

    /** The guard for a new cap; calls under this one run out and count until they do. */
    ModelGuard withCap(int newCap, long newVersion) {
        return new ModelGuard(newCap, newVersion, newGuard(newCap), open);
    }

    /** Whether this is the guard for that cap, or for one that was configured later. */
    boolean serves(int asked, long ofVersion) {
        if (ofVersion < version) {
            return true;
        }
        if (asked == cap && ofVersion != version) {
            version = ofVersion;
        }
        return asked == cap;
    }

    /** Takes no call any more, if none is open. False, and nothing changed, otherwise. */
    boolean tryRetire() {
        return open.compareAndSet(0, RETIRED);
    }

    /** Makes the call if there is room; empty when there is none, or when another guard has taken this one's place. */
    Optional<Outcome> tryCall(RequestDispatcher next, ModelRequest request) throws InterruptedException {
        // what still runs under an older cap is not in the new bulkhead, and must not come on top of it
        int with = open.incrementAndGet();
        if (with <= 0 || with > cap) {
            open.decrementAndGet();
            return Optional.empty();
        }
        try {
            return Optional.of(guard.call(() -> next.dispatch(request)));
        } catch (BulkheadException e) {
            return Optional.empty();
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a link of the chain threw a checked exception", e);
        } finally {
            open.decrementAndGet();
        }
    }

    /**
     * The first guard of all finds the fault tolerance runtime through the class loader of the thread, and keeps what it found for
     * the life of the server: so the loader is set, and a first call made, here.
     */
    private static TypedGuard<Outcome> newGuard(int cap) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ModelGuard.class.getClassLoader());
        try {
            // no description: with one, every call looks its metrics up by name
            TypedGuard<Outcome> guard = TypedGuard.create(Outcome.class)
                    .withBulkhead()
                    .limit(cap)
                    .done()
                    .build();
            guard.get(Outcome.Cancelled::new);
            return guard;
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
