package io.backfill.admission;

import static io.backfill.admission.NodeCapacity.Answer.NO_BYTES;
import static io.backfill.admission.NodeCapacity.Answer.NO_CALL;
import static io.backfill.admission.NodeCapacity.Answer.TAKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class NodeCapacityTest {
    private static final Runnable NOTHING = () -> {};

    @Test
    void greedyModelsShouldLeaveRoomForAnIdleOne() {
        NodeCapacity capacity = NodeCapacity.of(1024, 1 << 30);
        for (int model = 0; model < 6; model++) {
            NodeCapacity.Account greedy = capacity.open(NOTHING);
            while (capacity.tryTake(greedy, new CallGrant(), 1 << 20) == TAKEN) {
                // until the model is refused
            }
        }

        NodeCapacity.Account idle = capacity.open(NOTHING);
        int taken = 0;
        while (capacity.tryTake(idle, new CallGrant(), 1 << 20) == TAKEN) {
            taken++;
        }

        // each model takes a third of what the models before it left, and keeps it
        assertThat(taken).isGreaterThan((int) (1024 * Math.pow(2 / 3.0, 6) / 3) - 4);
    }

    @Test
    void aModelAloneShouldGetAThird() {
        NodeCapacity capacity = NodeCapacity.of(300, 1 << 30);
        NodeCapacity.Account alone = capacity.open(NOTHING);
        int taken = 0;
        while (capacity.tryTake(alone, new CallGrant(), 0) == TAKEN) {
            taken++;
        }

        assertThat(taken).isEqualTo(100);
        assertThat(capacity.tryTake(alone, new CallGrant(), 0)).isEqualTo(NO_CALL);
    }

    @Test
    void theOnlyModelOfAProcessShouldGetAllCalls() {
        for (int calls = 1; calls < 200; calls++) {
            NodeCapacity capacity = NodeCapacity.ofOneModel(calls, 1 << 30);
            NodeCapacity.Account only = capacity.open(NOTHING);
            for (int i = 0; i < calls; i++) {
                assertThat(capacity.tryTake(only, new CallGrant(), 0)).isEqualTo(TAKEN);
            }
        }
    }

    @Test
    void aNodeOfOneCallShouldMakeIt() {
        NodeCapacity capacity = NodeCapacity.of(1, 1);

        assertThat(capacity.tryTake(capacity.open(NOTHING), new CallGrant(), 5)).isEqualTo(TAKEN);
        assertThat(capacity.load().overflowBytes()).isEqualTo(5);
        assertThat(capacity.tryTake(capacity.open(NOTHING), new CallGrant(), 0)).isEqualTo(NO_CALL);
    }

    @Test
    void oneCallAtATimeShouldGoBeyondTheBudget() {
        NodeCapacity capacity = NodeCapacity.of(10, 100);
        NodeCapacity.Account one = capacity.open(NOTHING);
        NodeCapacity.Account two = capacity.open(NOTHING);
        CallGrant large = new CallGrant();

        assertThat(capacity.tryTake(one, large, 5000)).isEqualTo(TAKEN);
        assertThat(capacity.tryTake(two, new CallGrant(), 5000)).isEqualTo(NO_BYTES);
        assertThat(capacity.tryTake(two, new CallGrant(), 10)).isEqualTo(TAKEN);
        assertThat(capacity.load().bytes()).isEqualTo(10);

        large.close();
        assertThat(capacity.load().overflowBytes()).isZero();
    }

    /** The seat is for a model that could not send anything otherwise, so that a model that hangs does not keep it from the others. */
    @Test
    void aModelThatHoldsBytesShouldNotTakeTheSeat() {
        NodeCapacity capacity = NodeCapacity.of(10, 100);
        NodeCapacity.Account account = capacity.open(NOTHING);
        assertThat(capacity.tryTake(account, new CallGrant(), 20)).isEqualTo(TAKEN);

        assertThat(capacity.tryTake(account, new CallGrant(), 60)).isEqualTo(NO_BYTES);
        assertThat(capacity.load().overflowBytes()).isZero();
    }

    @Test
    void theSeatShouldGoToTheModelThatWaitsLongest() {
        List<String> order = new ArrayList<>();
        NodeCapacity capacity = NodeCapacity.of(10, 100);
        CallGrant first = new CallGrant();
        assertThat(capacity.tryTake(capacity.open(NOTHING), first, 500)).isEqualTo(TAKEN);
        List<NodeCapacity.Account> accounts = new ArrayList<>();
        for (String name : List.of("b", "c")) {
            int index = accounts.size();
            accounts.add(capacity.open(() -> {
                if (capacity.tryTake(accounts.get(index), new CallGrant(), 500) == TAKEN) {
                    capacity.satisfied(accounts.get(index));
                    order.add(name);
                }
            }));
            assertThat(capacity.tryTake(accounts.get(index), new CallGrant(), 500))
                    .isEqualTo(NO_BYTES);
        }

        first.close();

        assertThat(order).containsExactly("b");
        assertThat(capacity.load().modelsRefused()).isEqualTo(1);
    }

    /** Released capacity goes to models that were refused, not to a model that holds more and happens to ask at that moment. */
    @Test
    void aNewcomerThatHoldsMoreShouldNotBargeIn() {
        NodeCapacity capacity = NodeCapacity.of(4, 1000);
        NodeCapacity.Account one = capacity.open(NOTHING);
        NodeCapacity.Account two = capacity.open(NOTHING);
        CallGrant grant = new CallGrant();
        assertThat(capacity.tryTake(one, grant, 1)).isEqualTo(TAKEN);
        assertThat(capacity.tryTake(one, new CallGrant(), 1)).isEqualTo(TAKEN);
        for (int other = 0; other < 2; other++) {
            assertThat(capacity.tryTake(capacity.open(NOTHING), new CallGrant(), 1))
                    .isEqualTo(TAKEN);
        }
        assertThat(capacity.tryTake(two, new CallGrant(), 1)).isEqualTo(NO_CALL);

        capacity.close(one, grant, 0);

        assertThat(capacity.tryTake(one, new CallGrant(), 1)).isEqualTo(NO_CALL);
        assertThat(capacity.tryTake(two, new CallGrant(), 1)).isEqualTo(TAKEN);
    }

    /**
     * Capacity that a model cannot use because it lacks something else is offered to the next model at once, not only at the next
     * release.
     */
    @Test
    void aModelThatCannotUseItsRoomShouldLeaveItToTheNext() {
        List<String> order = new ArrayList<>();
        NodeCapacity capacity = NodeCapacity.of(2, 100);
        NodeCapacity.Account open = capacity.open(NOTHING);
        CallGrant grant = new CallGrant();
        assertThat(capacity.tryTake(capacity.open(NOTHING), new CallGrant(), 500))
                .isEqualTo(TAKEN);
        assertThat(capacity.tryTake(open, grant, 1)).isEqualTo(TAKEN);
        List<NodeCapacity.Account> accounts = new ArrayList<>();
        for (long needed : List.of(500L, 1L)) {
            int index = accounts.size();
            accounts.add(capacity.open(
                    () -> order.add(needed + " " + capacity.tryTake(accounts.get(index), new CallGrant(), needed))));
            assertThat(capacity.tryTake(accounts.get(index), new CallGrant(), needed))
                    .isEqualTo(NO_CALL);
        }

        capacity.close(open, grant, 0);
        capacity.offer();

        assertThat(order).startsWith("500 " + NO_BYTES, "1 " + TAKEN);
    }

    @Test
    void anOfferThatFailsShouldNotKeepTheNextFromBeingMade() {
        NodeCapacity capacity = NodeCapacity.of(1, 100);
        NodeCapacity.Account open = capacity.open(NOTHING);
        CallGrant grant = new CallGrant();
        assertThat(capacity.tryTake(open, grant, 1)).isEqualTo(TAKEN);
        AtomicInteger offers = new AtomicInteger();
        NodeCapacity.Account refused = capacity.open(() -> {
            if (offers.incrementAndGet() == 1) {
                throw new IllegalStateException("the first offer fails");
            }
        });
        assertThat(capacity.tryTake(refused, new CallGrant(), 1)).isEqualTo(NO_CALL);
        capacity.close(open, grant, 0);

        assertThatThrownBy(capacity::offer).hasMessage("the first offer fails");
        capacity.offer();

        assertThat(offers.get()).isEqualTo(2);
    }

    @Test
    void aGrantShouldGrowWithinTheThresholdAndShrink() {
        NodeCapacity capacity = NodeCapacity.of(10, 180);
        NodeCapacity.Account account = capacity.open(NOTHING);
        CallGrant grant = new CallGrant();
        assertThat(grant.tryGrow(1)).isFalse();
        assertThat(capacity.tryTake(account, grant, 30)).isEqualTo(TAKEN);

        assertThat(grant.tryGrow(30)).isTrue();
        assertThat(grant.tryGrow(1)).isFalse();
        assertThat(grant.bytes()).isEqualTo(60);
        grant.shrinkTo(70);
        assertThat(grant.bytes()).isEqualTo(60);
        grant.shrinkTo(20);
        assertThat(capacity.load().bytes()).isEqualTo(20);
        capacity.close(account, grant, 0);
        grant.close();

        assertThat(capacity.load().bytes()).isZero();
        assertThat(capacity.load().calls()).isZero();
        assertThat(capacity.isIdle(account)).isTrue();
    }

    @Test
    void aCapacityOfNothingShouldBeRefused() {
        assertThatThrownBy(() -> NodeCapacity.of(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NodeCapacity.of(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * Takes, grows, shrinks and closes grants at random, some of them twice: at most the budget and one call are held, and nothing
     * remains.
     */
    @RepeatedTest(100)
    void noMoreThanTheBudgetAndOneCallShouldBeHeld(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        long budget = 1000 + random.nextInt(10_000);
        NodeCapacity capacity = NodeCapacity.of(1 + random.nextInt(50), budget);
        List<NodeCapacity.Account> accounts = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            accounts.add(capacity.open(NOTHING));
        }
        record Open(NodeCapacity.Account account, CallGrant grant) {}
        List<Open> open = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            NodeCapacity.Account account = accounts.get(random.nextInt(accounts.size()));
            if (open.isEmpty() || random.nextBoolean()) {
                CallGrant grant = new CallGrant();
                if (capacity.tryTake(account, grant, random.nextInt(3) == 0 ? random.nextInt(20_000) : 10) == TAKEN) {
                    open.add(new Open(account, grant));
                }
            } else if (random.nextInt(4) == 0) {
                open.get(random.nextInt(open.size())).grant().tryGrow(random.nextInt(300));
            } else {
                Open over = open.remove(random.nextInt(open.size()));
                capacity.close(over.account(), over.grant(), random.nextInt(10));
                over.grant().close();
                over.grant().close();
            }
            NodeCapacity.Load load = capacity.load();
            assertThat(load.bytes()).isBetween(0L, budget);
            assertThat(load.calls()).isEqualTo(open.size());
            assertThat(load.bytes() + load.overflowBytes())
                    .isEqualTo(open.stream()
                            .mapToLong(call -> call.grant().bytes())
                            .sum());
        }
        open.forEach(over -> {
            capacity.close(over.account(), over.grant(), 0);
        });
        assertThat(capacity.load().bytes()).isZero();
        assertThat(capacity.load().overflowBytes()).isZero();
    }
}
