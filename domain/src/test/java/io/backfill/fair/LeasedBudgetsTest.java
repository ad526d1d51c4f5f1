package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.errors.BackfillException;
import io.backfill.models.MinuteBudget;
import io.backfill.models.ModelTuning;
import io.backfill.models.Placement;
import io.backfill.models.RouterHeaders;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SeededRandom;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Several nodes over one table, with a clock that advances in steps of 50 ms. The expected cost of a call is 60 tokens. */
class LeasedBudgetsTest {
    private static final int STEP_MILLIS = 50;
    private static final Outcome OK = RecordingDispatcher.answer(200, "{}");

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final MemoryBudgetTable table = new MemoryBudgetTable(time);

    private ModelRequest request(long tokens, long requests) {
        return TestRequests.to(
                TestModels.model(
                        "m",
                        64,
                        new ModelTuning(
                                Placement.RANGES,
                                Optional.empty(),
                                RouterHeaders.NONE,
                                OptionalInt.empty(),
                                budget(tokens),
                                budget(requests))),
                abort);
    }

    private static MinuteBudget budget(long perMinute) {
        return perMinute == 0 ? MinuteBudget.UNLIMITED : new MinuteBudget(OptionalLong.of(perMinute), Map.of());
    }

    private final class Node {
        private final LeasedBudgets leased = new LeasedBudgets(table);
        private final ModelRequest request;
        private final Random random;
        private final List<long[]> open = new ArrayList<>();
        private final List<long[]> spent = new ArrayList<>();

        Node(ModelRequest request, Random random) {
            this.request = request;
            this.random = random;
        }

        /** Answers the calls that are due, and sends new ones while the budget allows it. */
        void step(long now) {
            open.removeIf(call -> {
                boolean due = call[0] <= now;
                if (due) {
                    leased.budgets().settle(request, OK);
                    leased.budgets().used(request, new Usage(call[1], 0, 0, 0, call[1]));
                }
                return due;
            });
            while (open.size() < 64 && leased.budgets().mayGo(request)) {
                leased.budgets().pay(request);
                long cost = 30 + random.nextInt(61);
                open.add(new long[] {now + 100 + random.nextInt(400), cost});
                spent.add(new long[] {now, cost});
            }
        }

        void exchange() {
            try {
                leased.exchangeOnce();
            } catch (BackfillException away) {
                assertThat(away).hasMessage("away");
            }
        }
    }

    /** Runs the nodes for {@code millis}. Each node exchanges every quarter of a second, at times of its own. */
    private long run(List<Node> nodes, long from, int millis) {
        long now = from;
        for (int step = 0; step < millis / STEP_MILLIS; step++) {
            for (int i = 0; i < nodes.size(); i++) {
                if ((step + i) % 5 == 0) {
                    nodes.get(i).exchange();
                }
                nodes.get(i).step(now);
            }
            time.advance(Duration.ofMillis(STEP_MILLIS));
            now += STEP_MILLIS;
        }
        return now;
    }

    /** Returns the sums over each minute that begins at a full second. */
    private static List<Long> minutes(List<Node> nodes, long until, int what) {
        List<Long> sums = new ArrayList<>();
        for (long begin = 0; begin + 60_000 <= until; begin += 1_000) {
            long sum = 0;
            for (Node node : nodes) {
                for (long[] call : node.spent) {
                    if (call[0] >= begin && call[0] < begin + 60_000) {
                        sum += what == 0 ? 1 : call[1];
                    }
                }
            }
            sums.add(sum);
        }
        return sums;
    }

    @RepeatedTest(5)
    void tokensShouldHoldWithinFivePercentThroughTheKillOfANode(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        ModelRequest request = request(60_000, 0);
        List<Node> all = List.of(new Node(request, random), new Node(request, random));

        long killed = run(all, 0, 20_000 + random.nextInt(20_000));
        long end = run(all.subList(0, 1), killed, 90_000);

        assertThat(minutes(all, end, 1)).allSatisfy(spent -> assertThat(spent).isBetween(57_000L, 63_000L));
        assertThat(all).allSatisfy(node -> assertThat(node.spent).hasSizeGreaterThan(100));
    }

    @RepeatedTest(5)
    void requestsShouldHoldWithinFivePercentThroughTheKillOfANode(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        ModelRequest request = request(0, 600);
        List<Node> all = List.of(new Node(request, random), new Node(request, random), new Node(request, random));

        long killed = run(all, 0, 20_000 + random.nextInt(20_000));
        long end = run(all.subList(0, 2), killed, 90_000);

        assertThat(minutes(all, end, 0)).allSatisfy(spent -> assertThat(spent).isBetween(570L, 630L));
    }

    @Test
    void aNodeWithoutTheDatabaseShouldSpendNoMoreThanItTook() {
        Node node = new Node(request(0, 600), new Random(1));
        long now = run(List.of(node), 0, 5_000);
        table.setAway(true);
        int before = node.spent.size();
        now = run(List.of(node), now, 60_000);
        assertThat(node.spent.size() - before).isLessThanOrEqualTo(5);

        table.setAway(false);
        before = node.spent.size();
        run(List.of(node), now, 60_000);
        assertThat(node.spent.size() - before).isBetween(570, 630);
    }

    @Test
    void whatIsOwedShouldOutliveAFailedExchange() {
        LeasedBudgets leased = new LeasedBudgets(table);
        ModelRequest request = request(6_000, 0);
        leased.budgets().mayGo(request);
        leased.exchangeOnce();
        assertThat(leased.budgets().mayGo(request)).isTrue();
        leased.budgets().pay(request);
        leased.budgets().used(request, new Usage(660, 0, 0, 0, 660));
        table.setAway(true);
        assertThatThrownBy(leased::exchangeOnce).isInstanceOf(BackfillException.class);
        table.setAway(false);
        // after a failure no exchange is made for a second
        for (int pass = 0; pass < 4; pass++) {
            leased.exchangeOnce();
        }
        // 660 tokens were spent, of which 100 were available; at 100 a second the remaining 560 take 5.6 s
        time.advance(Duration.ofMillis(5_500));
        leased.budgets().mayGo(request);
        leased.exchangeOnce();
        assertThat(leased.budgets().mayGo(request)).isFalse();
        time.advance(Duration.ofMillis(800));
        leased.exchangeOnce();
        assertThat(leased.budgets().mayGo(request)).isTrue();
    }

    @Test
    void anIdleNodeShouldPutBackWhatItHasAndAskForNothing() {
        LeasedBudgets first = new LeasedBudgets(table);
        LeasedBudgets second = new LeasedBudgets(table);
        AtomicInteger woken = new AtomicInteger();
        first.onFirstCall(woken::incrementAndGet);
        ModelRequest request = request(0, 60);
        assertThat(first.budgets().mayGo(request)).isFalse();
        assertThat(first.budgets().mayGo(request)).isFalse();
        assertThat(woken).hasValue(1);
        assertThat(first.exchangeOnce()).isTrue();
        assertThat(second.budgets().mayGo(request)).isFalse();
        assertThat(second.exchangeOnce()).isFalse();

        // the first node does not use it
        assertThat(first.exchangeOnce()).isFalse();
        second.budgets().mayGo(request);
        assertThat(second.exchangeOnce()).isTrue();
        for (int i = 0; i < 3; i++) {
            first.exchangeOnce();
        }
        table.setAway(true);
        assertThat(first.exchangeOnce()).isFalse();
        first.budgets().forgetIdle(name -> true);
        assertThat(first.budgets().size()).isZero();
    }
}
