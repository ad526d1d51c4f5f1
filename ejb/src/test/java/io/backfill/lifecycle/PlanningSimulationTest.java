package io.backfill.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.run.RunningBatch;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The guarantee of admission that every batch is validated soon after its creation, whatever the backlog of others. A
 * discrete-event simulation of one node with a virtual clock: random tenants create batches, all at once or over a minute, whose
 * files take random times to read. While a tenant waits and has nothing in planning, every other tenant begins at most one batch.
 */
class PlanningSimulationTest {
    private static final int MOST_TENANTS = 24;
    private static final int MOST_BATCHES = 30;
    private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final long POLL_MILLIS = 1_000;
    private static final int LONGEST_PLANNING_MILLIS = 5_000;

    @Test
    void everyTenantShouldBeHeardSoon() {
        hold(1, 200);
    }

    @Test
    @Tag("slow")
    void everyTenantShouldBeHeardSoonInTenThousandPlays() {
        hold(1, 10_000);
    }

    private static void hold(int first, int last) {
        for (int seed = first; seed <= last; seed++) {
            new Play(seed).run();
        }
        System.out.println("planning simulation: seeds " + first + " to " + last + " hold");
    }

    /** A batch that will be created. */
    private record Arrival(long atMillis, TenantId tenant, int number, String window) {}

    /** The time at which the planning of a batch ends. */
    private record End(long atMillis, BatchId batch) {}

    private static final class Play {
        private final int seed;
        private final Random random;
        private final LifecycleFixture node = new LifecycleFixture();
        private final Deque<Arrival> arrivals = new ArrayDeque<>();
        private final Queue<End> ends = new PriorityQueue<>(Comparator.comparingLong(End::atMillis));
        private final Map<BatchId, TenantId> tenants = new HashMap<>();
        private final Map<TenantId, Integer> waiting = new HashMap<>();
        private final Map<TenantId, Integer> planning = new HashMap<>();
        /** For each tenant that waits and has nothing in planning: how many batches each other tenant has begun since. */
        private final Map<TenantId, Map<TenantId, Integer>> passed = new HashMap<>();

        private final Map<TenantId, Long> waitsSince = new HashMap<>();
        private final Set<BatchId> begun = new HashSet<>();
        private int seen;
        private long nowMillis;

        Play(int seed) {
            this.seed = seed;
            this.random = SeededRandom.of(seed);
        }

        void run() {
            // so that only one batch is dispatched
            node.dead.add("m");
            draw();
            while (!arrivals.isEmpty() || !ends.isEmpty()) {
                step();
            }
            assertThat(waiting.values())
                    .as("seed %d: batches never planned", seed)
                    .allMatch(left -> left == 0);
        }

        private void draw() {
            List<Arrival> drawn = new ArrayList<>();
            int count = 1 + random.nextInt(MOST_TENANTS);
            for (int tenant = 0; tenant < count; tenant++) {
                boolean atOnce = random.nextBoolean();
                int batches = 1 + random.nextInt(random.nextBoolean() ? MOST_BATCHES : 2);
                for (int i = 0; i < batches; i++) {
                    long at = atOnce ? 0 : random.nextLong(MINUTE_MILLIS);
                    String window = 1 + random.nextInt(24) + "h";
                    drawn.add(new Arrival(at, new TenantId("t-" + tenant), drawn.size() + 1, window));
                }
            }
            drawn.sort(Comparator.comparingLong(Arrival::atMillis));
            arrivals.addAll(drawn);
        }

        /** Advances to the next event or to the next pass, whichever is first. */
        private void step() {
            long next = nowMillis + POLL_MILLIS;
            if (!arrivals.isEmpty()) {
                next = Math.min(next, arrivals.getFirst().atMillis());
            }
            if (!ends.isEmpty()) {
                next = Math.min(next, ends.element().atMillis());
            }
            node.time.advance(Duration.ofMillis(next - nowMillis));
            nowMillis = next;
            node.renewer.renewOnce();
            while (!arrivals.isEmpty() && arrivals.getFirst().atMillis() <= nowMillis) {
                create(arrivals.removeFirst());
            }
            while (!ends.isEmpty() && ends.element().atMillis() <= nowMillis) {
                end(ends.remove().batch());
            }
            noteWaiting();
            node.claims.claimOnce();
            for (; seen < node.runner.started.size(); seen++) {
                begin(node.runner.started.get(seen));
            }
        }

        private void create(Arrival arrival) {
            Batch batch = node.create(arrival.tenant(), arrival.number(), arrival.window());
            tenants.put(batch.id(), arrival.tenant());
            waiting.merge(arrival.tenant(), 1, Integer::sum);
        }

        private void end(BatchId batch) {
            RunningBatch planned = node.running.find(batch).orElseThrow();
            planned.planned(node.manifest("m", 1));
            planned.waits();
            node.handback.ended(batch, planned.epoch(), "PLANNED waits for a place");
            planning.merge(tenants.get(batch), -1, Integer::sum);
        }

        private void noteWaiting() {
            waiting.forEach((tenant, count) -> {
                if (count > 0 && planning.getOrDefault(tenant, 0) == 0 && !passed.containsKey(tenant)) {
                    passed.put(tenant, new HashMap<>());
                    waitsSince.put(tenant, nowMillis);
                }
            });
        }

        private void begin(BatchId batch) {
            if (!begun.add(batch)) {
                // it is dispatched to detect whether the model is available again
                return;
            }
            TenantId tenant = tenants.get(batch);
            waiting.merge(tenant, -1, Integer::sum);
            planning.merge(tenant, 1, Integer::sum);
            ends.add(new End(nowMillis + 1 + random.nextInt(LONGEST_PLANNING_MILLIS), batch));
            if (passed.remove(tenant) != null) {
                long turns = tenants.values().stream().distinct().count() / JobsConfig.PLANNERS + 1;
                assertThat(nowMillis - waitsSince.remove(tenant))
                        .as("seed %d: milliseconds that %s waited", seed, tenant)
                        .isLessThanOrEqualTo((turns + 1) * LONGEST_PLANNING_MILLIS);
            }
            passed.forEach((other, counts) -> assertThat(counts.merge(tenant, 1, Integer::sum))
                    .as("seed %d: batches of %s that passed %s", seed, tenant, other)
                    .isEqualTo(1));
        }
    }
}
