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
 * What one model takes of the node's capacity. At most {@value #MOST_PASSED} other calls of the model pass a call that does not
 * fit. After that they wait until it fits or gets the overflow seat. They also wait for the smallest call of a tenant that is
 * behind, but not for its largest, which may have to wait for other models. Guarded by the model's turnstile.
 */
final class ModelCapacity {
    private static final int MOST_PASSED = 32;

    /** Memory of an open call besides its bodies: connection buffers and its thread. */
    private static final int OVERHEAD_BYTES = 32 << 10;

    private final NodeCapacity capacity;
    private final NodeCapacity.Account account;
    private final AnswerSizes answers = new AnswerSizes();
    private boolean refused;
    private boolean callsUsedUp;
    /** Bytes of the smallest call that did not fit since the last admission; no call as large as that is tried again. */
    private long smallestRefused;

    /** The first call that did not fit and still waits. */
    private @Nullable Waiter passedOver;

    /** Calls admitted since {@code passedOver} was refused. */
    private int passes;

    /** For each tenant, the smallest call that did not fit and still waits. */
    private final Map<TenantId, Refused> smallest = new LinkedHashMap<>();

    private boolean refusedAnew;

    private record Refused(Waiter waiter, long needed) {}

    /** @param offered checks the turnstile again */
    ModelCapacity(NodeCapacity capacity, Runnable offered) {
        this.capacity = capacity;
        this.account = capacity.open(offered);
    }

    /** Begins a pass in which calls are tried. */
    void beginPass() {
        refused = false;
        callsUsedUp = false;
        smallestRefused = Long.MAX_VALUE;
    }

    /** Returns whether another call of this pass may still be admitted. */
    boolean hasRoom() {
        return !callsUsedUp;
    }

    void endPass() {
        if (!refused) {
            capacity.satisfied(account);
        }
    }

    /** Takes what the call needs, all of it or nothing. Returns whether it did. */
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

    /** Releases the capacity of a call that found no place at a replica. Such a call does not wait for capacity. */
    void undo(Waiter waiter) {
        capacity.close(account, waiter.grant(), 0);
        removed(waiter);
    }

    void admitted(Waiter waiter) {
        passes++;
        removed(waiter);
        // the model has had its turn: if its next call is refused, it goes behind the other models
        capacity.satisfied(account);
        refused = false;
        smallestRefused = Long.MAX_VALUE;
    }

    /** Drops a call that no longer waits for capacity. */
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
     * Returns the call that all others of the model wait for, or null.
     *
     * @param behind whether a tenant got less than its share because its calls do not fit
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

    /** Returns whether a call was refused since {@link #reserved} last returned null, so that it may now return a call. */
    boolean isRefusedAnew() {
        return refusedAnew;
    }

    private boolean isWorthHoldingBack(Waiter waiter) {
        return capacity.isWorthHoldingBack(account, needed(waiter.request()));
    }

    /** Ends a call. The memory of its answer is held until its result is logged. */
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

    /** Returns whether the call has to wait for bytes of other models, even if all other calls of its model are held back. */
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
        // inserting a priority copies the body once more
        long copy =
                request.model().tuning().priority().isPresent() ? request.body().length() : 0;
        return OVERHEAD_BYTES + request.body().loadedBytes() + copy + answers.expected(request.path());
    }
}
