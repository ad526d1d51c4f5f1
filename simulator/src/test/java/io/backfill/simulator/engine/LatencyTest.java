package io.backfill.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
    @Test
    void parseShouldReadDurationsInEveryUnit() {
        assertThat(Latency.parse("20ms")).isEqualTo(Latency.fixed(Duration.ofMillis(20)));
        assertThat(Latency.parse("1.5s")).isEqualTo(Latency.fixed(Duration.ofMillis(1500)));
        assertThat(Latency.parse("250us")).isEqualTo(Latency.fixed(Duration.ofNanos(250_000)));
        assertThat(Latency.parse("2m")).isEqualTo(Latency.fixed(Duration.ofMinutes(2)));
        assertThat(Latency.parse("0")).isEqualTo(Latency.NONE);
        assertThat(Latency.parse("lognormal:200ms:1.5")).isEqualTo(Latency.lognormal(Duration.ofMillis(200), 1.5));
    }

    @Test
    void parseShouldReadWhatToStringWrites() {
        for (String text : new String[] {"20ms", "lognormal:200ms:1"}) {
            Latency latency = Latency.parse(text);
            assertThat(Latency.parse(latency.toString())).isEqualTo(latency);
        }
    }

    @Test
    void parseShouldRefuseEverythingElse() {
        for (String text :
                new String[] {"", "20", "-5ms", "ms", "normal:1s:1", "lognormal:1s", "lognormal:1s:x", "lognormal:1s:-1"
                }) {
            assertThatThrownBy(() -> Latency.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void lognormalShouldHaveItsMedianAndItsMean() {
        Latency latency = Latency.lognormal(Duration.ofMillis(200), 1);

        long[] nanos = LongStream.range(0, 200_000)
                .map(i -> latency.nanos(Mixing.mix(i)))
                .sorted()
                .toArray();

        assertThat(nanos[nanos.length / 2] / 1e6).isCloseTo(200, within(3.0));
        assertThat(Arrays.stream(nanos).average().orElseThrow() / 1e6).isCloseTo(200 * Math.exp(0.5), within(6.0));
    }

    @Test
    void tokensShouldComeEvenlyOverTheLatency() throws Exception {
        Engine engine = new LatencyEngine(Latency.fixed(Duration.ofMillis(100)), 1);
        long started = System.nanoTime();
        try (Generation generation = engine.start(EngineRequest.of("m", 5, 10))) {
            assertThat(engine.load("m").running()).isEqualTo(1);
            assertThat(generation.awaitTokens(2, 1)).isFalse();
            assertThat(generation.awaitTokens(2, Long.MAX_VALUE)).isTrue();
            assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(20_000_000L);
            assertThat(generation.awaitTokens(10, Long.MAX_VALUE)).isTrue();
            assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(100_000_000L);
        }
        assertThat(engine.load("m").running()).isZero();
        assertThat(engine.load("other").running()).isZero();
    }
}
