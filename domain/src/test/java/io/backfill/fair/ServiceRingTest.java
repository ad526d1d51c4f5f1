package io.backfill.fair;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ServiceRingTest {
    private final ServiceRing<String> ring = new ServiceRing<>();

    @Test
    void aTurnShouldLastForAChunk() {
        ring.activate(ring.join("a", 1));
        ring.activate(ring.join("b", 1));

        List<String> served = serve(6, ServiceRing.CHUNK / 2);

        assertThat(served).containsExactly("b", "b", "b", "a", "a", "a");
    }

    @Test
    void aNewcomerShouldGoNext() {
        ring.activate(ring.join("large", 1));
        serve(1000, 100);

        ring.activate(ring.join("small", 1));

        assertThat(serve(1, 100)).containsExactly("small");
    }

    @Test
    void aRestShouldGiveNoCredit() {
        ServiceRing.Share<String> rests = ring.join("rests", 1);
        ring.activate(rests);
        serve(1, 100);
        ring.rest(rests);
        ring.activate(ring.join("works", 1));
        serve(100, ServiceRing.CHUNK);
        ring.activate(rests);

        List<String> served = serve(8, ServiceRing.CHUNK);

        assertThat(served.stream().filter("rests"::equals).count()).isBetween(4L, 5L);
    }

    /** The member on turn may be blocked. It then counts as behind the member that is served instead. */
    @Test
    void theOneOnTurnShouldBeBehindTheNext() {
        ServiceRing.Share<String> onTurn = ring.join("on turn", 1);
        ServiceRing.Share<String> next = ring.join("next", 1);
        ring.activate(next);
        ring.activate(onTurn);
        assertThat(ring.serve(member -> member.equals("on turn") ? 100 : 0)).isTrue();
        ring.charge(next, 300);

        assertThat(ring.lag(onTurn)).isEqualTo(200);
        assertThat(ring.lag(next)).isEqualTo(-200);
    }

    @Test
    void whoCannotGoShouldBePassedOver() {
        ring.activate(ring.join("a", 1));
        ring.activate(ring.join("b", 1));
        List<String> asked = new ArrayList<>();

        boolean served = ring.serve(member -> {
            asked.add(member);
            return member.equals("a") ? 1 : 0;
        });

        assertThat(served).isTrue();
        assertThat(asked).last().isEqualTo("a");
        assertThat(ring.serve(member -> 0)).isFalse();
    }

    /** The bound that fairness promises, with random costs and weights. */
    @RepeatedTest(200)
    void twoThatHaveWorkShouldDifferByAChunkAndACall(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int members = 2 + random.nextInt(5);
        Map<String, Integer> weights = new HashMap<>();
        for (int i = 0; i < members; i++) {
            weights.put("m" + i, 1 + random.nextInt(4));
            ring.activate(ring.join("m" + i, weights.get("m" + i)));
        }
        int largest = 1 + random.nextInt(200_000);
        Map<String, Double> served = new HashMap<>();
        for (int i = 0; i < 2000; i++) {
            long cost = 1 + random.nextInt(largest);
            assertThat(ring.serve(member -> {
                        served.merge(member, (double) cost / weights.get(member), Double::sum);
                        return cost;
                    }))
                    .isTrue();
        }

        double most = served.values().stream().max(Double::compare).orElseThrow();
        double least = weights.keySet().stream()
                .mapToDouble(member -> served.getOrDefault(member, 0.0))
                .min()
                .orElseThrow();
        assertThat(most - least).isLessThanOrEqualTo(ServiceRing.CHUNK + (double) largest);
    }

    /**
     * Members come and go, at times none is left, and some are blocked for a while. No member catches up on service for a time in
     * which it could not be served.
     */
    @RepeatedTest(200)
    void twoShouldGetTheSameForAsLongAsBothCanGo(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        int members = 2 + random.nextInt(4);
        int largest = 1 + random.nextInt(100_000);
        boolean someGetStuck = random.nextBoolean();
        List<Integer> weights = new ArrayList<>();
        List<ServiceRing.Share<String>> shares = new ArrayList<>();
        double[] served = new double[members];
        boolean[] active = new boolean[members];
        boolean[] stuck = new boolean[members];
        // the service of each member of a pair when the later of the two became able to go
        double[][] since = new double[members][members];
        for (int i = 0; i < members; i++) {
            weights.add(1 + random.nextInt(4));
            shares.add(ring.join(String.valueOf(i), weights.get(i)));
        }
        for (int i = 0; i < 3000; i++) {
            boolean all = random.nextInt(100) == 0;
            for (int member = 0; member < members; member++) {
                boolean could = active[member] && !stuck[member];
                if (active[member] && (all || random.nextInt(200) == 0)) {
                    active[member] = false;
                    ring.rest(shares.get(member));
                } else if (!active[member] && !all && random.nextInt(60) == 0) {
                    active[member] = true;
                    ring.activate(shares.get(member));
                }
                if (someGetStuck && random.nextInt(100) == 0) {
                    stuck[member] = !stuck[member];
                }
                if (!could) {
                    for (int other = 0; other < members; other++) {
                        since[member][other] = served[member];
                        since[other][member] = served[other];
                    }
                }
            }
            long cost = 1 + random.nextInt(largest);
            ring.serve(name -> {
                int member = Integer.parseInt(name);
                assertThat(active[member]).isTrue();
                served[member] += stuck[member] ? 0 : (double) cost / weights.get(member);
                return stuck[member] ? 0 : cost;
            });
            for (int one = 0; one < members; one++) {
                for (int other = 0; other < one; other++) {
                    if (active[one] && active[other] && !stuck[one] && !stuck[other]) {
                        // each of them may have been a turn ahead when both became able to go
                        assertThat(Math.abs((served[one] - since[one][other]) - (served[other] - since[other][one])))
                                .as("%d and %d after %d", one, other, i)
                                .isLessThanOrEqualTo(2 * (ServiceRing.CHUNK + (double) largest));
                    }
                }
            }
        }
    }

    /** A member whose replica is unavailable or whose budget is exhausted must not lower the level at which newcomers start. */
    @Test
    void whoCannotGoShouldNotGiveNewcomersAnAdvantage() {
        ring.activate(ring.join("stuck", 1));
        ring.activate(ring.join("works", 1));
        for (int i = 0; i < 1000; i++) {
            ring.serve(member -> member.equals("stuck") ? 0 : ServiceRing.CHUNK);
        }
        ring.activate(ring.join("newcomer", 1));

        Map<String, Integer> turns = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            ring.serve(member -> {
                turns.merge(member, member.equals("stuck") ? 0 : 1, Integer::sum);
                return member.equals("stuck") ? 0 : ServiceRing.CHUNK;
            });
        }
        assertThat(turns.getOrDefault("works", 0)).isBetween(8, 12);
        assertThat(serve(12, ServiceRing.CHUNK).stream().filter("stuck"::equals).count())
                .as("turns when it can go again")
                .isBetween(4L, 6L);
    }

    @Test
    void whoComesBackShouldNotWaitUntilNewcomersHaveCaughtUp() {
        ServiceRing.Share<String> veteran = ring.join("veteran", 1);
        ring.activate(veteran);
        serve(1000, ServiceRing.CHUNK);
        ring.rest(veteran);
        ring.activate(ring.join("one", 1));
        ring.activate(ring.join("two", 1));
        serve(10, ServiceRing.CHUNK);

        ring.activate(veteran);

        assertThat(serve(9, ServiceRing.CHUNK).stream()
                        .filter("veteran"::equals)
                        .count())
                .isBetween(2L, 4L);
    }

    /**
     * Each member has one call, and a member that was served returns at once as a new one. The member that waits longest must still
     * be served.
     */
    @Test
    void newcomersShouldNotKeepOutOneThatWaits() {
        ring.activate(ring.join("patient", 1));
        ServiceRing.Share<String> other = ring.join("first", 1);
        ring.activate(other);
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 10 && !served.contains("patient"); i++) {
            served.addAll(serve(1, 100));
            ring.rest(other);
            other = ring.join("newcomer", 1);
            ring.activate(other);
        }

        assertThat(served).contains("patient");
    }

    private List<String> serve(int times, long cost) {
        List<String> served = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            ring.serve(member -> {
                served.add(member);
                return cost;
            });
        }
        return served;
    }
}
