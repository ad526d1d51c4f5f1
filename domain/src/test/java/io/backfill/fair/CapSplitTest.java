package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CapSplitTest {
    @Test
    void oneNodeShouldHaveAll() {
        assertThat(CapSplit.of(64, Map.of("a", 3), 0)).isEqualTo(Map.of("a", 64));
        assertThat(CapSplit.of(64, Map.of("a", 0), 0)).isEqualTo(Map.of("a", 64));
        assertThat(CapSplit.of(64, Map.of(), 0)).isEmpty();
    }

    @Test
    void whoWantsLittleShouldGetItAndTheOthersTheRest() {
        assertThat(CapSplit.of(10, Map.of("a", 2, "b", 100, "c", 100), 0)).isEqualTo(Map.of("a", 2, "b", 4, "c", 4));
    }

    @Test
    void moreNodesThanSlotsShouldTakeTurns() {
        Map<String, Integer> demands = Map.of("a", 9, "b", 9, "c", 9);
        Map<String, Integer> turns = new HashMap<>();
        for (int turn = 0; turn < 3; turn++) {
            CapSplit.of(1, demands, turn).forEach((node, slots) -> turns.merge(node, slots, Integer::sum));
        }
        assertThat(turns).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
    }

    /**
     * The split equals one made slot by slot, where each slot goes to the node that has the fewest and needs more, or, if no node
     * needs more, to the node with the fewest to spare.
     */
    @RepeatedTest(200)
    void theSplitShouldBeThatOfGivingSlotBySlot(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        Map<String, Integer> demands = new TreeMap<>();
        int nodes = 1 + random.nextInt(6);
        for (int node = 0; node < nodes; node++) {
            demands.put("n" + node, random.nextInt(3) == 0 ? 0 : random.nextInt(40));
        }
        int cap = 1 + random.nextInt(80);

        Map<String, Integer> slots = CapSplit.of(cap, demands, random.nextInt(20));

        assertThat(slots.keySet()).isEqualTo(demands.keySet());
        assertThat(slots.values()).allMatch(count -> count >= 0);
        int given = slots.values().stream().mapToInt(Integer::intValue).sum();
        long wanting = demands.values().stream().filter(demand -> demand > 0).count();
        assertThat(given).isEqualTo(cap);
        for (String one : demands.keySet()) {
            for (String other : demands.keySet()) {
                int lacking = demands.get(one) - slots.get(one);
                // a node that lacks slots has at most one fewer than any other node
                if (lacking > 0 && cap >= wanting) {
                    assertThat(slots.get(other))
                            .as("%s of %s at cap %s", slots, demands, cap)
                            .isLessThanOrEqualTo(slots.get(one) + 1);
                }
            }
        }
    }
}
