package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.backfill.models.ContextLength;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorersTest {
    @ParameterizedTest
    @CsvSource({"0,0,0", "0,4,0", "1,4,0.25", "4,4,1"})
    void prefixCacheShouldBeTheShareThatMatches(int matched, int blocks, double expected) {
        assertThat(new PrefixCacheScorer().score(candidate(0, 0, 0, 0, 0, 0, matched, blocks)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0,1", "7,7,7,1", "0,0,4,1", "1,0,4,0.75", "4,0,4,0", "5,4,8,0.75"})
    void queueShouldCompareWithTheOthers(int waiting, int least, int most, double expected) {
        assertThat(new QueueScorer().score(candidate(0, 0, waiting, least, most, 0, 0, 0)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "0.25,0.75", "1,0"})
    void kvCacheUtilizationShouldBeWhatIsFree(double usage, double expected) {
        assertThat(new KvCacheUtilizationScorer().score(candidate(0, 0, 0, 0, 0, usage, 0, 0)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,0,1", "0,8,1", "2,8,0.75", "8,8,0"})
    void activeRequestShouldPreferWhereFewAreOpen(int open, int mostOpen, double expected) {
        assertThat(new ActiveRequestScorer().score(candidate(open, mostOpen, 0, 0, 0, 0, 0, 0)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0,0.5", "64,0.25", "128,0", "1000,0"})
    void loadAwareShouldFallWithTheQueueUpTo128(int waiting, double expected) {
        assertThat(new LoadAwareScorer().score(candidate(0, 0, waiting, 0, 5000, 0, 0, 0)))
                .isEqualTo(expected);
    }

    @Test
    void sessionAffinityShouldPreferTheLastReplicaOfTheSession() {
        assertThat(new SessionAffinityScorer().score(session(true))).isEqualTo(1);
        assertThat(new SessionAffinityScorer().score(session(false))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "100,100,100,1", // no range is tighter
        "0,10000,0,0.65",
        "0,10000,10000,0.65",
        "0,10000,10001,0.29997",
        "0,10000,20000,0.15",
        "20000,30000,10000,0.15",
        "0,0,1000000000,0.000003",
    })
    void contextLengthShouldPreferTightRangesAndSmallDistances(int min, int max, int promptTokens, double expected) {
        assertThat(new ContextLengthScorer().score(meantFor(min, max, promptTokens)))
                .isCloseTo(expected, within(1e-6));
    }

    @Test
    void contextLengthShouldKeepInRangeAboveOutOfRange() {
        double widest = new ContextLengthScorer().score(meantFor(0, Integer.MAX_VALUE, 5));
        double nearest = new ContextLengthScorer().score(meantFor(6, 6, 5));

        assertThat(widest).isGreaterThan(0.3);
        assertThat(nearest).isLessThan(0.3).isGreaterThan(0.29);
        assertThat(new ContextLengthScorer().score(candidate(0, 0, 0, 0, 0, 0, 0, 0)))
                .as("says nothing")
                .isEqualTo(0.5);
    }

    @Test
    void totalShouldWeighWhatHasAWeight() {
        Candidate candidate = candidate(2, 8, 64, 0, 128, 0.5, 1, 4);

        assertThat(new WeightedScorers(Map.of("active-request", 4.0, "prefix-cache", 2.0, "queue", 0.0))
                        .total(candidate))
                .isEqualTo(4 * 0.75 + 2 * 0.25);
        assertThat(new WeightedScorers(Map.of()).total(candidate)).isZero();
    }

    /** Values that an engine reports are not checked when they are read. */
    @Test
    void totalShouldClampEveryScore() {
        assertThat(new WeightedScorers(Map.of("kv-cache-utilization", 3.0)).total(candidate(0, 0, 0, 0, 0, 1.5, 0, 0)))
                .isZero();
        assertThat(new WeightedScorers(Map.of("kv-cache-utilization", 3.0)).total(candidate(0, 0, 0, 0, 0, -1, 0, 0)))
                .isEqualTo(3);
    }

    @Test
    void namesShouldBeThoseOfModelsYaml() {
        assertThat(WeightedScorers.names())
                .containsExactlyInAnyOrder(
                        "prefix-cache",
                        "queue",
                        "kv-cache-utilization",
                        "active-request",
                        "load-aware",
                        "session-affinity",
                        "context-length");
    }

    private static Candidate candidate(
            int open,
            int mostOpen,
            int waiting,
            int leastWaiting,
            int mostWaiting,
            double kvUsage,
            int matched,
            int blocks) {
        return new Candidate(
                open,
                mostOpen,
                waiting,
                leastWaiting,
                mostWaiting,
                kvUsage,
                matched,
                blocks,
                false,
                Optional.empty(),
                100);
    }

    private static Candidate session(boolean last) {
        return new Candidate(0, 0, 0, 0, 0, 0, 0, 0, last, Optional.empty(), 100);
    }

    private static Candidate meantFor(int min, int max, int promptTokens) {
        return new Candidate(0, 0, 0, 0, 0, 0, 0, 0, false, Optional.of(new ContextLength(min, max)), promptTokens);
    }
}
