package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.CallGrant;
import io.backfill.admission.NodeCapacity;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestBody;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gate of one model on a node with few bytes. Another model holds the overflow seat, so a call that does not fit must wait. */
class ScarceCapacityTest {
    private static final int BUDGET = 4 << 20;
    private static final int LARGE = 1 << 20;
    /** Fits beside what others hold, unless other calls of the same model are open. */
    private static final int FITS_ALONE = 900 << 10;

    private static final int SMALL = 1000;
    private static final int COST = 10_000;
    private static final TenantId OTHER = new TenantId("other");

    private final SettableTime time = SettableTime.standing();
    private final CountedPlaces places = new CountedPlaces(1000);
    private final NodeCapacity capacity = NodeCapacity.of(10_000, BUDGET);
    private final AbortSignal abort = new AbortSignal(time);
    private Model model = TestModels.model("m", 1000);
    private ModelGate gate = gate();

    /** Held by another model, so that a large call of this model does not fit. */
    private final CallGrant others = new CallGrant();

    @BeforeEach
    void takeWhatIsFree() {
        hold(new CallGrant(), 2L * BUDGET);
        hold(others, LARGE);
        assertThat(capacity.load().overflowBytes()).isPositive();
    }

    private ModelGate gate() {
        return new ModelGate(
                model,
                new GateContext(
                        places,
                        new DeadlineWatch(time, time),
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        capacity,
                        UnaryOperator.identity(),
                        time));
    }

    private void hold(CallGrant grant, long bytes) {
        assertThat(capacity.tryTake(capacity.open(() -> {}), grant, bytes)).isEqualTo(NodeCapacity.Answer.TAKEN);
    }

    /** Calls that fit are admitted, however many calls do not fit and however often those are passed over. */
    @Test
    void whatFitsShouldGoHoweverMuchDoesNot() {
        List<WaitingCall> large = new ArrayList<>();
        for (int lane = 0; lane < 100; lane++) {
            large.add(enter(lane, LARGE));
        }

        WaitingCall small = enter(100, SMALL);

        assertThat(large).noneMatch(WaitingCall::isAdmitted);
        assertThat(small.isAdmitted()).isTrue();
    }

    /** A call that finds no place returns the capacity it took, and does not displace another call from the queue for bytes. */
    @Test
    void aCallWithoutAPlaceShouldNotHideThatAnotherWaitsForBytes() {
        places.room(1);
        WaitingCall open = enter(1, SMALL);
        WaitingCall large = enter(0, LARGE);
        WaitingCall without = enter(1, SMALL);
        assertThat(open.isAdmitted()).isTrue();
        assertThat(large.isAdmitted()).isFalse();
        assertThat(without.isAdmitted()).isFalse();
        assertThat(capacity.load().modelsRefused()).isEqualTo(1);

        others.close();

        assertThat(large.isAdmitted()).isTrue();
        assertThat(without.isAdmitted()).isFalse();
        assertThat(capacity.load().modelsRefused()).isZero();
    }

    /** A call that must wait for bytes of others does not keep its tenant's smaller calls from being sent. */
    @Test
    void aTenantThatIsBehindShouldBeWaitedForByItsSmallestCall() {
        model = TestModels.model("m", 4);
        gate = gate();
        Deque<WaitingCall> small = new ArrayDeque<>();
        for (int line = 0; line < 12; line++) {
            small.add(enter(OTHER, 0, SMALL));
        }
        WaitingCall huge = enter(0, 3 * BUDGET);
        WaitingCall large = enter(1, FITS_ALONE);
        assertThat(small).filteredOn(WaitingCall::isAdmitted).hasSize(4);

        for (int i = 0; i < 40 && !large.isAdmitted(); i++) {
            if (small.getFirst().isAdmitted()) {
                gate.leave(small.remove(), new Outcome.TimedOut());
            }
            small.add(enter(OTHER, 0, SMALL));
        }

        assertThat(large.isAdmitted()).isTrue();
        assertThat(huge.isAdmitted()).isFalse();
    }

    private WaitingCall enter(int lane, int bytes) {
        return enter(TenantId.DEFAULT, lane, bytes);
    }

    private WaitingCall enter(TenantId tenant, int lane, int bytes) {
        ModelRequest any = TestRequests.withScheduling(
                TestRequests.to(model, tenant, SeededIds.batch(tenant.equals(OTHER) ? 2 : 1), 1, abort),
                new ModelRequest.Scheduling(lane, 101, 1, COST, 100, 0, GatePlay.LATE));
        WaitingCall call = new WaitingCall(TestRequests.withGrant(any, new CallGrant())
                .withBody(new RequestBody.Loaded(new byte[bytes], 0, bytes)));
        gate.enter(call);
        return call;
    }
}
