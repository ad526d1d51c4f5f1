package io.backfill.dispatch.bulkhead;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.ModelState;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.models.Model;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/**
 * Link: never more open calls of a model on this node than its {@code max-in-flight}, whatever the links before do. It does not
 * queue. Behind the gate it refuses only while a smaller cap takes effect: then it looks again every few milliseconds, and
 * after {@link #PATIENCE} gives the call back as not made.
 */
public final class BulkheadDispatcher implements RequestDispatcher, ModelState {
    static final Duration PAUSE = Duration.ofMillis(5);
    /** How long a refused call is tried. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RequestDispatcher next;
    /** Looks at a full bulkhead before a call is given back. */
    private final long tries;

    private final ConcurrentMap<String, ModelGuard> guards = new ConcurrentHashMap<>();

    /** Creates the link, and one guard at once: the first one must be made where the server's services are in reach. */
    public BulkheadDispatcher(RequestDispatcher next) {
        this(next, PATIENCE);
    }

    BulkheadDispatcher(RequestDispatcher next, Duration patience) {
        this.next = next;
        this.tries = patience.dividedBy(PAUSE);
        ModelGuard.first(1, 0);
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        for (long i = 0; i < tries; i++) {
            Optional<Outcome> outcome =
                    guardOf(request.model(), request.modelVersion()).tryCall(next, request);
            if (outcome.isPresent()) {
                return outcome.get();
            }
            if (request.abort().await(PAUSE)) {
                return new Outcome.Cancelled();
            }
        }
        return new Outcome.Unreachable("as many calls of the model are open as it may have", false);
    }

    /** A guard costs little to make anew, and remembers nothing: one without open calls goes at once. */
    @Override
    public void forgetIdle(Predicate<String> kept) {
        for (String name : guards.keySet()) {
            if (!kept.test(name)) {
                guards.computeIfPresent(name, (key, guard) -> guard.tryRetire() ? null : guard);
            }
        }
    }

    /** Models that have a guard. */
    Set<String> models() {
        return Set.copyOf(guards.keySet());
    }

    /** A call that was let through before an edit does not undo it: the highest version counts. */
    private ModelGuard guardOf(Model model, long version) {
        ModelGuard guard = guards.get(model.name());
        if (guard != null && guard.serves(model.maxInFlight(), version)) {
            return guard;
        }
        return guards.compute(model.name(), (name, old) -> {
            if (old == null) {
                return ModelGuard.first(model.maxInFlight(), version);
            }
            return old.serves(model.maxInFlight(), version) ? old : old.withCap(model.maxInFlight(), version);
        });
    }
}
