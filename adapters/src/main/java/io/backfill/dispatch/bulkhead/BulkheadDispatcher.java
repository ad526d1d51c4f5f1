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
 * A link of the chain that never allows more open calls of a model on this node than its {@code max-in-flight}, regardless of the
 * links before it. It has no queue. Behind the gate, it rejects calls only while a smaller cap takes effect. A rejected call is
 * retried every few milliseconds, and after {@link #PATIENCE} reported as not sent.
 */
public final class BulkheadDispatcher implements RequestDispatcher, ModelState {
    static final Duration PAUSE = Duration.ofMillis(5);
    /** How long a rejected call is retried. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RequestDispatcher next;
    /** Number of attempts to enter the bulkhead before a call is reported as not sent. */
    private final long tries;

    private final ConcurrentMap<String, ModelGuard> guards = new ConcurrentHashMap<>();

    /** Creates the link, and a first guard, which must be created where the services of the server are reachable. */
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
            if (request.control().abort().await(PAUSE)) {
                return new Outcome.Cancelled();
            }
        }
        return new Outcome.Unreachable("the model has as many open calls as it is allowed", false);
    }

    /** Removes guards without open calls at once, because a guard is cheap to create and holds no history. */
    @Override
    public void forgetIdle(Predicate<String> kept) {
        for (String name : guards.keySet()) {
            if (!kept.test(name)) {
                guards.computeIfPresent(name, (key, guard) -> guard.tryRetire() ? null : guard);
            }
        }
    }

    /** Returns the names of the models that have a guard. */
    Set<String> models() {
        return Set.copyOf(guards.keySet());
    }

    /** Returns the guard for the newest version of the model seen so far, so that a call admitted before an edit does not undo it. */
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
