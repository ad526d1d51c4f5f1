package io.backfill.dispatch.bulkhead;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.smallrye.faulttolerance.api.TypedGuard;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/** The bulkhead of one model under one cap. A {@link TypedGuard} cannot be resized, so a new cap requires a new instance. */
final class ModelGuard {
    /** Value of {@link #open} in a retired guard, so low that calls that arrive late cannot raise it above 0. */
    private static final int RETIRED = Integer.MIN_VALUE / 2;

    private final int cap;
    private final TypedGuard<Outcome> guard;
    /** Number of open calls of the model under this cap and all earlier caps. */
    private final AtomicInteger open;
    /** Newest version of the model's configuration with which this cap was requested. */
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

    /** Returns a guard for a new cap. Calls under this guard run to their end and count against the new cap until then. */
    ModelGuard withCap(int newCap, long newVersion) {
        return new ModelGuard(newCap, newVersion, newGuard(newCap), open);
    }

    /** Returns true if this guard is for the given cap, or for one that was configured later. */
    boolean serves(int asked, long ofVersion) {
        if (ofVersion < version) {
            return true;
        }
        if (asked == cap && ofVersion != version) {
            version = ofVersion;
        }
        return asked == cap;
    }

    /** Retires this guard if no call is open, so that it accepts no more calls. Otherwise returns false and changes nothing. */
    boolean tryRetire() {
        return open.compareAndSet(0, RETIRED);
    }

    /** Makes the call if there is room. Returns empty if there is none or if this guard is retired. */
    Optional<Outcome> tryCall(RequestDispatcher next, ModelRequest request) throws InterruptedException {
        // calls under an earlier cap are not in the new bulkhead, but must count against the cap
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
     * Creates a guard and makes a first call with it. The first guard in the process finds the fault tolerance runtime through the
     * context class loader of the thread, and keeps the result as long as the server runs. Therefore the class loader is set here.
     */
    private static TypedGuard<Outcome> newGuard(int cap) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ModelGuard.class.getClassLoader());
        try {
            // without a description, because with one every call would look up its metrics by name
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
