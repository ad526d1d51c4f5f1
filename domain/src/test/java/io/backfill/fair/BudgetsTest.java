package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.NodeCapacity;
import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.models.MinuteBudget;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.tenants.TenantId;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The expected cost of a call of {@link TestRequests} is 60 tokens. */
class BudgetsTest {
    private static final TenantId A = new TenantId("a");
    private static final TenantId B = new TenantId("b");
    private static final Outcome OK = RecordingDispatcher.answer(200, "{}");

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Budgets budgets = Budgets.ofOneNode(time);

    private static MinuteBudget ofA(long perMinute) {
        return new MinuteBudget(OptionalLong.empty(), Map.of(A, perMinute));
    }

    private static Model model(MinuteBudget tokens, MinuteBudget requests) {
        return TestModels.model(
                "m",
                64,
                new ModelTuning(
                        Placement.RANGES, Optional.empty(), RouterHeaders.NONE, OptionalInt.empty(), tokens, requests));
    }

    private ModelRequest request(Model model, TenantId tenant) {
        return TestRequests.to(model, tenant, SeededIds.batch(1), 1, abort);
    }

    /** Sends calls while the budget allows it, at most {@code most}; the calls stay open. */
    private int send(ModelRequest request, int most) {
        int sent = 0;
        while (sent < most && budgets.mayGo(request)) {
            budgets.pay(request);
            sent++;
        }
        return sent;
    }

    @Test
    void aModelThatNothingCallsForAMomentShouldKeepWhatIsOwed() throws InterruptedException {
        Model limited = model(ofA(6_000), MinuteBudget.UNLIMITED);
        FairGate gate = new FairGate(
                RecordingDispatcher.ok(),
                new GateContext(
                        new BudgetedPlaces(BudgetsTest::anyPlace, budgets),
                        new DeadlineWatch(time, time),
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        // the budget starts with 100, so the second call overdraws it
        gate.dispatch(request(limited, A));
        gate.dispatch(request(limited, A));
        // the gate discards the state of an idle model
        gate.look();
        budgets.forgetIdle(name -> false);

        assertThat(budgets.mayGo(request(limited, A))).isFalse();
        assertThat(budgets.mayGo(request(limited, B))).isTrue();
        time.advance(Duration.ofMillis(201));
        assertThat(budgets.mayGo(request(limited, A))).isTrue();
        time.advance(Duration.ofSeconds(1));
        budgets.forgetIdle(name -> false);
        assertThat(budgets.size()).isZero();
    }

    private static Optional<Places.Place> anyPlace(ModelRequest request) {
        return Optional.of(new Places.Place() {
            @Override
            public ModelRequest request() {
                return request;
            }

            @Override
            public void release(Outcome outcome) {}
        });
    }

    @Test
    void usageShouldCorrectTheEstimateBothWays() {
        Model limited = model(ofA(6_000), MinuteBudget.UNLIMITED);
        ModelRequest request = request(limited, A);
        assertThat(send(request, 10)).isEqualTo(2);
        budgets.settle(request, OK);
        budgets.used(request, new Usage(5, 0, 5, 0, 10));
        // 30 tokens remain
        assertThat(send(request, 10)).isEqualTo(1);

        budgets.settle(request, OK);
        budgets.used(request, new Usage(500, 0, 160, 0, 660));
        // 630 tokens are owed
        time.advance(Duration.ofMillis(6_299));
        assertThat(budgets.mayGo(request)).isFalse();
        time.advance(Duration.ofMillis(2));
        assertThat(budgets.mayGo(request)).isTrue();
    }

    @Test
    void callsThatCostNothingShouldPayNothing() {
        ModelRequest request = request(model(ofA(6_000), ofA(60)), A);
        for (Outcome unsent : new Outcome[] {new Outcome.Unreachable("refused", false), new Outcome.Cancelled()}) {
            for (int i = 0; i < 10; i++) {
                assertThat(send(request, 1)).isOne();
                budgets.settle(request, unsent);
            }
        }
        assertThat(send(request, 1)).isOne();
        budgets.settle(request, RecordingDispatcher.answer(429, "{}"));
        budgets.used(request, Usage.NONE);
        // the tokens have been refunded, the request has not
        assertThat(budgets.mayGo(request)).isFalse();
        time.advance(Duration.ofMillis(501));
        assertThat(budgets.mayGo(request)).isTrue();
    }

    @Test
    void callsThatMayHaveCostSomethingShouldPayTheEstimate() {
        ModelRequest request = request(model(ofA(6_000), MinuteBudget.UNLIMITED), A);
        assertThat(send(request, 10)).isEqualTo(2);
        budgets.settle(request, new Outcome.TimedOut());
        budgets.settle(request, new Outcome.Unreachable("reset", true));
        assertThat(budgets.mayGo(request)).isFalse();
    }

    @Test
    void requestsShouldBeLimitedBesideTokens() {
        ModelRequest request = request(model(MinuteBudget.UNLIMITED, ofA(600)), A);
        int sent = 0;
        for (int i = 0; i < 600; i++) {
            sent += send(request, 1_000);
            time.advance(Duration.ofMillis(100));
        }
        assertThat(sent).isBetween(600, 612);
        assertThat(send(request(model(MinuteBudget.UNLIMITED, ofA(600)), B), 50))
                .isEqualTo(50);
    }

    @Test
    void placesShouldBePaidForOnceAndSettledOnce() {
        ModelRequest request = request(model(ofA(6_000), MinuteBudget.UNLIMITED), A);
        BudgetedPlaces places = new BudgetedPlaces(BudgetsTest::anyPlace, budgets);
        Places.Place first = places.tryTake(request).orElseThrow();
        Places.Place second = places.tryTake(request).orElseThrow();
        assertThat(places.tryTake(request)).isEmpty();
        first.release(new Outcome.Cancelled());
        first.release(new Outcome.Cancelled());
        assertThat(places.tryTake(request)).isPresent();
        assertThat(places.tryTake(request)).isEmpty();
        second.release(OK);
        assertThat(places.tryTake(request)).isEmpty();
    }

    @Test
    void aFullPlaceShouldCostNothing() {
        ModelRequest request = request(model(ofA(6_000), MinuteBudget.UNLIMITED), A);
        BudgetedPlaces full = new BudgetedPlaces(taken -> Optional.empty(), budgets);
        for (int i = 0; i < 10; i++) {
            assertThat(full.tryTake(request)).isEmpty();
        }
        assertThat(send(request, 10)).isEqualTo(2);
    }
}
