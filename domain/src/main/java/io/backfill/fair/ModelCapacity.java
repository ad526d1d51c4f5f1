package io.backfill.fair;

import io.backfill.admission.AnswerSizes;
import io.backfill.admission.CallGrant;
import io.backfill.admission.NodeCapacity;
import io.backfill.answers.Answer;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.tenants.TenantId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one model takes of the node's capacity. A call that does not fit is passed over by {@value #MOST_PASSED} others of the model at
 * most; then they wait until it fits, or the overflow seat is its own. So they do for the smallest call of a tenant that is behind,
 * for its largest may have to wait for other models. Guarded by the model's turnstile.
 */
final class ModelCapacity {
    private static final int MOST_PASSED = 32;

    /** Of memory that an open call takes beside its bodies: buffers of its connection, its thread. */
    private static final int OVERHEAD_BYTES = 32 << 10;

    private final NodeCapacity capacity;
    private final NodeCapacity.Account account;
    private final AnswerSizes answers = new AnswerSizes();
    private boolean refused;
    private boolean callsUsedUp;
    /** Bytes of the smallest call that did not fit since one was admitted last: none as large is asked for again. */
    private long smallestRefused;

    /** The first call that did not fit and still waits, and how many were admitted since. */
    private @Nullable Waiter passedOver;

    private int passes;

    /** Of each tenant the smallest call that did not fit and still waits. */
    private final Map<TenantId, Refused> smallest = new LinkedHashMap<>();

    private boolean refusedAnew;

    private record Refused(Waiter waiter, long needed) {}

    /** @param offered looks at the turnstile again */
    ModelCapacity(NodeCapacity capacity, Runnable offered) {
        this.capacity = capacity;
        this.account = capacity.open(offered);
    }

    /** Calls are to be tried now. */
    void beginPass() {
        refused = false;
        callsUsedUp = false;
        smallestRefused = Long.MAX_VALUE;
    }

    /** Whether it is worth while to try another call in this pass. */
    boolean hasRoom() {
        return !callsUsedUp;
    }

    void endPass() {
        if (!refused) {
            capacity.satisfied(account);
        }
    }

    /** Takes what the call needs; all of it or nothing. */
    boolean tryTake(Waiter waiter) {
        if (!hasRoom()) {
            return false;
        }
        long needed = needed(waiter.request());
        NodeCapacity.Answer granted = needed < smallestRefused
                ? capacity.tryTake(account, waiter.grant(), needed)
                : NodeCapacity.Answer.NO_BYTES;
        switch (granted) {
            case TAKEN -> {
                return true;
            }
            case NO_CALL -> callsUsedUp = true;
            case NO_BYTES -> {
                smallestRefused = Math.min(smallestRefused, needed);
                passOver(waiter, needed);
            }
        }
        refused = true;
        return false;
    }

    private void passOver(Waiter waiter, long needed) {
        if (passedOver == null) {
            passedOver = waiter;
            passes = 0;
        }
        TenantId tenant = waiter.request().tenant();
        Refused known = smallest.get(tenant);
        if (known == null || needed < needed(known.waiter().request())) {
            smallest.put(tenant, new Refused(waiter, needed));
            refusedAnew = true;
        }
    }

    /** The call found no place; it does not wait for capacity. */
    void undo(Waiter waiter) {
        capacity.close(account, waiter.grant(), 0);
        removed(waiter);
    }

    void admitted(Waiter waiter) {
        passes++;
        removed(waiter);
        // the model has had its turn: its next call that is refused lines it up behind the others
        capacity.satisfied(account);
        refused = false;
        smallestRefused = Long.MAX_VALUE;
    }

    /** The call does not wait for capacity any more. */
    void removed(Waiter waiter) {
        if (passedOver == waiter) {
            passedOver = null;
        }
        if (!smallest.isEmpty()) {
            smallest.computeIfPresent(
                    waiter.request().tenant(), (tenant, known) -> known.waiter() == waiter ? null : known);
        }
    }

    /**
     * The call that all others of the model wait for, or null.
     *
     * @param behind whether a tenant got less than it should because its calls do not fit
     */
    @Nullable
    Waiter reserved(Predicate<TenantId> behind) {
        Waiter longest = passedOver;
        if (longest != null && passes >= MOST_PASSED && isWorthHoldingBack(longest)) {
            return longest;
        }
        for (Map.Entry<TenantId, Refused> each : smallest.entrySet()) {
            Waiter waiter = each.getValue().waiter();
            if (behind.test(each.getKey()) && isWorthHoldingBack(waiter)) {
                return waiter;
            }
        }
        refusedAnew = false;
        return null;
    }

    /** Whether {@link #reserved} may have another answer than none, which it gave last. */
    boolean isRefusedAnew() {
        return refusedAnew;
    }

    private boolean isWorthHoldingBack(Waiter waiter) {
        return capacity.isWorthHoldingBack(account, needed(waiter.request()));
    }

    /** The call is back; what it brought is held until its result is logged. */
    void closed(Waiter waiter, Outcome outcome) {
        long kept = 0;
        if (outcome instanceof Outcome.Answered answered) {
            kept = answered.answer() instanceof Answer.InMemory memory ? memory.length() : 0;
            if (answered.status() < 300) {
                answers.answered(waiter.request().path(), answered.answer().length());
            }
        }
        capacity.close(account, waiter.grant(), kept * AnswerSizes.COPIES);
    }

    /** Whether the call has to wait for bytes that others hold, however many of the model are held back for it. */
    boolean isShort(Waiter waiter) {
        return capacity.isShort(account, needed(waiter.request()));
    }

    boolean isIdle() {
        return capacity.isIdle(account);
    }

    private long needed(ModelRequest request) {
        if (!(request.grant() instanceof CallGrant)) {
            return 0;
        }
        // with a priority put in, the body is copied once more
        long copy =
                request.model().tuning().priority().isPresent() ? request.body().length() : 0;
        return OVERHEAD_BYTES + request.body().loadedBytes() + copy + answers.expected(request.path());
    }
}
