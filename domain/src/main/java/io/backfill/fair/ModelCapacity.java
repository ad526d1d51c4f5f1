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
 * behind, but not for its largest, which may have to wait for other models. Guarded by the model's gate.
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
    private @Nullable WaitingCall passedOver;

    /** Calls admitted since {@code passedOver} was refused. */
    private int passes;

    /** For each tenant, the smallest call that did not fit and still waits. */
    private final Map<TenantId, Refused> smallest = new LinkedHashMap<>();

    private boolean refusedAnew;

    private record Refused(WaitingCall call, long needed) {}

    /** @param offered checks the gate again */
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
    boolean tryTake(WaitingCall call) {
        if (!hasRoom()) {
            return false;
        }
        long needed = needed(call.request());
        NodeCapacity.Answer granted = needed < smallestRefused
                ? capacity.tryTake(account, call.grant(), needed)
                : NodeCapacity.Answer.NO_BYTES;
        switch (granted) {
            case TAKEN -> {
                return true;
            }
            case NO_CALL -> callsUsedUp = true;
            case NO_BYTES -> {
                smallestRefused = Math.min(smallestRefused, needed);
                passOver(call, needed);
            }
        }
        refused = true;
        return false;
    }

    private void passOver(WaitingCall call, long needed) {
        if (passedOver == null) {
            passedOver = call;
            passes = 0;
        }
        TenantId tenant = call.request().tenant();
        Refused known = smallest.get(tenant);
        if (known == null || needed < needed(known.call().request())) {
            smallest.put(tenant, new Refused(call, needed));
            refusedAnew = true;
        }
    }

    /** Releases the capacity of a call that found no place at a replica. Such a call does not wait for capacity. */
    void undo(WaitingCall call) {
        capacity.close(account, call.grant(), 0);
        removed(call);
    }

    void admitted(WaitingCall call) {
        passes++;
        removed(call);
        // the model has had its turn: if its next call is refused, it goes behind the other models
        capacity.satisfied(account);
        refused = false;
        smallestRefused = Long.MAX_VALUE;
    }

    /** Drops a call that no longer waits for capacity. */
    void removed(WaitingCall call) {
        if (passedOver == call) {
            passedOver = null;
        }
        if (!smallest.isEmpty()) {
            smallest.computeIfPresent(call.request().tenant(), (tenant, known) -> known.call() == call ? null : known);
        }
    }

    /**
     * Returns the call that all others of the model wait for, or null.
     *
     * @param behind whether a tenant got less than its share because its calls do not fit
     */
    @Nullable
    WaitingCall reserved(Predicate<TenantId> behind) {
        WaitingCall longest = passedOver;
        if (longest != null && passes >= MOST_PASSED && isWorthHoldingBack(longest)) {
            return longest;
        }
        for (Map.Entry<TenantId, Refused> each : smallest.entrySet()) {
            WaitingCall call = each.getValue().call();
            if (behind.test(each.getKey()) && isWorthHoldingBack(call)) {
                return call;
            }
        }
        refusedAnew = false;
        return null;
    }

    /** Returns whether a call was refused since {@link #reserved} last returned null, so that it may now return a call. */
    boolean isRefusedAnew() {
        return refusedAnew;
    }

    private boolean isWorthHoldingBack(WaitingCall call) {
        return capacity.isWorthHoldingBack(account, needed(call.request()));
    }

    /** Ends a call. The memory of its answer is held until its result is logged. */
    void closed(WaitingCall call, Outcome outcome) {
        long kept = 0;
        if (outcome instanceof Outcome.Answered answered) {
            kept = answered.answer() instanceof Answer.InMemory memory ? memory.length() : 0;
            if (answered.status() < 300) {
                answers.answered(call.request().line().path(), answered.answer().length());
            }
        }
        capacity.close(account, call.grant(), kept * AnswerSizes.COPIES);
    }

    /** Returns whether the call has to wait for bytes of other models, even if all other calls of its model are held back. */
    boolean isShort(WaitingCall call) {
        return capacity.isShort(account, needed(call.request()));
    }

    boolean isIdle() {
        return capacity.isIdle(account);
    }

    private long needed(ModelRequest request) {
        if (!(request.control().grant() instanceof CallGrant)) {
            return 0;
        }
        // inserting a priority copies the body once more
        long copy =
                request.model().tuning().priority().isPresent() ? request.body().length() : 0;
        return OVERHEAD_BYTES
                + request.body().loadedBytes()
                + copy
                + answers.expected(request.line().path());
    }
}
