package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.benchmarks.engine.StreamTimes;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class UserLatencyTest {
    private static final long MILLI = 1_000_000;
    private static final StreamTimes FAILED = new StreamTimes(0, List.of());

    private static StreamTimes stream(long... millis) {
        return new StreamTimes(
                5 * MILLI,
                LongStream.of(millis).map(at -> (5 + at) * MILLI).boxed().toList());
    }

    @Test
    void thePercentilesOfGapsShouldBeOverAllGapsOfAllStreams() {
        // 18 gaps of 1 ms in one stream, gaps of 100 and 200 ms in another: the means of the streams would hide the
        // latter
        StreamTimes even = stream(IntStream.rangeClosed(10, 28).asLongStream().toArray());
        StreamTimes halting = stream(40, 140, 340);

        UserLatency latency = UserLatency.of(List.of(even, halting), UserLatency.Targets.NONE);

        assertThat(latency.itl50()).isEqualTo(1);
        assertThat(latency.itl95()).isEqualTo(100);
        assertThat(latency.ttft50()).isEqualTo(10);
        assertThat(latency.ttft95()).isEqualTo(40);
        assertThat(latency.within()).isNaN();
    }

    @Test
    void aFailedStreamShouldBeCountedAndHaveNoTimes() {
        UserLatency latency = UserLatency.of(List.of(stream(10, 20), FAILED), UserLatency.Targets.NONE);

        assertThat(latency.answered()).isEqualTo(1);
        assertThat(latency.failed()).isEqualTo(1);
        assertThat(latency.ttft95()).isEqualTo(10);
    }

    @Test
    void targetsShouldHoldForTheFirstTokenAndForTheMeanGapOfEachStream() {
        UserLatency.Targets targets = new UserLatency.Targets(300, 40);

        UserLatency latency =
                UserLatency.of(List.of(stream(300, 310, 380), stream(301, 302), stream(10, 91, 92), FAILED), targets);

        assertThat(latency.within()).isEqualTo(0.25);
        assertThat(UserLatency.of(List.of(stream(301, 302)), new UserLatency.Targets(Double.NaN, 40))
                        .within())
                .isEqualTo(1);
    }

    @Test
    void nothingAnsweredShouldHaveNoLatency() {
        UserLatency latency = UserLatency.of(List.of(FAILED), new UserLatency.Targets(300, 40));

        assertThat(latency.ttft50()).isNaN();
        assertThat(latency.itl95()).isNaN();
        assertThat(latency.within()).isZero();
    }
}
