package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Tests that every {@link ShareTable} must pass. */
public interface ShareTableContract {
    Duration LONG = Duration.ofHours(1);

    ShareTable shares();

    /** Makes a node's row of a model expire now. */
    void expire(String model, String node);

    private int ask(String node, int demand, int cap, int open) {
        return shares().exchange(new ShareTable.Ask("m", node, demand, cap, LONG), target -> open);
    }

    @Test
    default void theOnlyNodeShouldHaveTheWholeCap() {
        assertThat(ask("a", 1, 8, 0)).isEqualTo(8);
        assertThat(ask("a", 100, 8, 8)).isEqualTo(8);
    }

    @Test
    default void anotherNodeShouldGetOnlyWhatTheFirstGaveUp() {
        assertThat(ask("a", 100, 8, 8)).isEqualTo(8);
        assertThat(ask("b", 100, 8, 0)).isZero();
        // half of the cap is now b's, but six calls are still open
        assertThat(ask("a", 100, 8, 6)).isEqualTo(4);
        assertThat(ask("b", 100, 8, 0)).isEqualTo(2);
        assertThat(ask("a", 100, 8, 4)).isEqualTo(4);
        assertThat(ask("b", 100, 8, 2)).isEqualTo(4);
    }

    @Test
    default void heldShouldCountWhoseNameBeginsSo() {
        ask("offload/a", 3, 8, 3);
        ask("offload/b", 2, 8, 2);
        ask("a", 3, 8, 0);
        int a = shares().held("m", "offload/", "offload/b");
        int b = shares().held("m", "offload/", "offload/a");
        assertThat(a).isPositive();
        assertThat(shares().held("m", "offload/", "")).isEqualTo(a + b).isLessThanOrEqualTo(8);
        assertThat(shares().held("other", "offload/", "")).isZero();
        expire("m", "offload/a");
        assertThat(shares().held("m", "offload/", "")).isEqualTo(b);
    }

    @Test
    default void aNameShouldBeKnownUntilAllOfItIsGivenBack() {
        ask("offload/a", 3, 8, 3);
        ask("offload/b", 2, 8, 2);
        ask("a", 3, 8, 0);
        shares().exchange(new ShareTable.Ask("other", "offload/a", 1, 8, LONG), target -> 1);
        assertThat(shares().names("offload/")).containsExactlyInAnyOrder("offload/a", "offload/b");
        shares().giveBackAll("offload/a");
        shares().giveBackAll("offload/a");
        assertThat(shares().names("offload/")).containsExactly("offload/b");
        assertThat(shares().held("other", "offload/", "")).isZero();
        expire("m", "offload/b");
        assertThat(shares().names("offload/")).isEmpty();
    }

    @Test
    default void whoWantsNothingToSpareShouldHaveNoMoreThanItWants() {
        ShareTable.Ask ask = new ShareTable.Ask("m", "offload/a", 3, 8, LONG, false);
        assertThat(shares().exchange(ask, target -> 0)).isEqualTo(3);
        assertThat(ask("a", 100, 8, 0)).isEqualTo(5);
    }

    @Test
    default void someModelsShouldBeExchangedAtOnce() {
        ask("b", 6, 8, 6);
        Map<String, Integer> allowed = shares().exchangeAll(
                        List.of(
                                new ShareTable.Ask("m", "a", 3, 8, LONG),
                                new ShareTable.Ask("zeta", "a", 3, 4, LONG),
                                new ShareTable.Ask("alpha", "a", 1, 2, LONG)),
                        (model, target) -> 0);

        assertThat(allowed).containsOnlyKeys("m", "zeta", "alpha");
        assertThat(allowed.get("zeta")).isEqualTo(4);
        assertThat(allowed.get("alpha")).isEqualTo(2);
        assertThat(allowed.get("m")).as("b has all of it").isZero();
        assertThat(shares().exchangeAll(List.of(), (model, target) -> 0)).isEmpty();
    }

    @Test
    default void othersShouldBeSummedUpByModel() {
        ask("a", 3, 8, 3);
        ask("b", 6, 8, 0);
        ask("c", 5, 8, 0);
        int slotsOfA = shares().others(Set.of("m"), "b").get("m").slots()
                - shares().others(Set.of("m"), "a").get("m").slots();

        assertThat(shares().others(Set.of("m", "other"), "b")).containsOnlyKeys("m");
        assertThat(slotsOfA).isPositive();
        assertThat(shares().others(Set.of("m"), "a").get("m").lacking()).isPositive();
        expire("m", "b");
        expire("m", "c");
        assertThat(shares().others(Set.of("m"), "a")).isEmpty();
    }

    @Test
    default void modelsShouldNotShareAnything() {
        assertThat(ask("a", 5, 8, 0)).isEqualTo(8);
        assertThat(shares().exchange(new ShareTable.Ask("other", "b", 5, 3, LONG), target -> 0))
                .isEqualTo(3);
    }

    @Test
    default void whatRanOutOrWasGivenBackShouldBeThereForOthers() {
        ask("a", 100, 8, 8);
        ask("b", 100, 8, 0);
        expire("m", "a");
        assertThat(ask("b", 100, 8, 0)).isEqualTo(8);
        // a returns with its open calls: nothing of its share is left
        assertThat(ask("a", 100, 8, 8)).isZero();
        shares().giveBack("m", "b");
        shares().giveBack("m", "b");
        assertThat(ask("a", 100, 8, 0)).isEqualTo(8);
    }

    @Test
    default void aSmallerCapShouldHoldAsSoonAsCallsAreBack() {
        assertThat(ask("a", 100, 8, 8)).isEqualTo(8);
        assertThat(ask("a", 100, 3, 8)).isEqualTo(3);
        assertThat(ask("b", 100, 3, 0)).isZero();
    }

    /** Nodes request shares, begin and end calls, die and join in any order: the number of open calls never exceeds the cap. */
    @RepeatedTest(8)
    default void openCallsOfAllNodesShouldNeverExceedTheCap(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int cap = 1 + random.nextInt(12);
        List<SharingNode> nodes = new ArrayList<>();
        for (int step = 0; step < 150; step++) {
            if (nodes.size() < 2 || random.nextInt(30) == 0) {
                nodes.add(new SharingNode("n" + step));
            }
            SharingNode node = nodes.get(random.nextInt(nodes.size()));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> node.exchange(shares(), cap, random.nextInt(20));
                case 3, 4 -> node.begin(1 + random.nextInt(4));
                case 5, 6 -> node.end(1 + random.nextInt(4));
                default -> {
                    if (random.nextInt(6) == 0) {
                        // here its calls die with it; calls that outlive their node are a documented limit
                        nodes.remove(node);
                        expire("m", node.name);
                    }
                }
            }
            assertThat(nodes.stream().mapToInt(each -> each.open.get()).sum()).isLessThanOrEqualTo(cap);
        }
        // no slot is lost: with all calls ended, all slots are assigned. If there are more nodes than slots, they take
        // turns by the clock; a slot that changes hands in the last pass is assigned in the following ones
        nodes.forEach(each -> each.end(cap));
        int given = 0;
        for (int pass = 0; pass < 3 || given < cap && pass < 6; pass++) {
            nodes.forEach(each -> each.exchange(shares(), cap, 50));
            given = nodes.stream().mapToInt(each -> each.limit.get()).sum();
        }
        assertThat(given).isEqualTo(cap);
    }

    /** The same with concurrent threads. */
    @Test
    default void nodesThatAskAtOnceShouldNotExceedTheCap() throws Exception {
        int cap = 7;
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SharingNode node = new SharingNode("n" + i);
            all.add(() -> {
                for (int step = 0; step < 40; step++) {
                    node.exchange(shares(), cap, 10);
                    int before = node.open.get();
                    node.begin(10);
                    most.accumulateAndGet(open.addAndGet(node.open.get() - before), Math::max);
                    open.addAndGet(-node.end(step % 3 == 0 ? 10 : 2));
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> end : threads.invokeAll(all)) {
                end.get();
            }
        }
        assertThat(most.get()).isBetween(1, cap);
    }

    /** A node and its use of its share. */
    final class SharingNode {
        final String name;
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger limit = new AtomicInteger();

        SharingNode(String name) {
            this.name = name;
        }

        void exchange(ShareTable shares, int cap, int waiting) {
            int allowed = shares.exchange(new ShareTable.Ask("m", name, open.get() + waiting, cap, LONG), target -> {
                limit.accumulateAndGet(target, Math::min);
                return open.get();
            });
            limit.set(allowed);
        }

        void begin(int wanted) {
            for (int i = 0; i < wanted && open.get() < limit.get(); i++) {
                open.incrementAndGet();
            }
        }

        int end(int wanted) {
            int ended = Math.min(wanted, open.get());
            open.addAndGet(-ended);
            return ended;
        }
    }
}
