package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EngineFlagsTest {
    private static EngineFlags parse(String... words) {
        EngineBench bench = new EngineBench();
        return EngineFlags.of(Flags.parse(List.of(words), bench.flags(), bench.switches()), 60);
    }

    @Test
    void flagsShouldReplaceTheDefaults() {
        EngineFlags flags = parse("--limits", "3, 7", "--seconds=9", "--modes=ours,alone");

        assertThat(flags.limits()).containsExactly(3, 7);
        assertThat(flags.measured()).isEqualTo(Duration.ofSeconds(9));
        assertThat(flags.warmUp()).isEqualTo(Duration.ofSeconds(20));
        assertThat(flags.modes()).containsExactly("ours", "alone");
    }

    @Test
    void wrongValuesShouldBeNamed() {
        assertThatThrownBy(() -> parse("--limits", "0")).hasMessageContaining("--limits");
        assertThatThrownBy(() -> parse("--limits", "x")).hasMessageContaining("'x'");
        assertThatThrownBy(() -> parse("--modes", "theirs")).hasMessageContaining("unprotected");
        assertThatThrownBy(() -> parse("--ttft", "300")).hasMessageContaining("'300'");
        assertThatThrownBy(() -> parse("--rounds", "0")).hasMessageContaining("--rounds");
        assertThatThrownBy(() -> EngineFlags.workload("huge")).hasMessageContaining("'huge'");
    }

    @Test
    void durationsShouldBeMilliseconds() {
        assertThat(EngineFlags.millis("300ms")).isEqualTo(300);
        assertThat(EngineFlags.millis("2s")).isEqualTo(2000);
    }

    @Test
    void everyRunShouldHaveASeedOfItsOwn() {
        EngineFlags flags = parse("--seed", "1");

        assertThat(List.of(
                        flags.seedOf(1, 1),
                        flags.seedOf(1, 2),
                        flags.seedOf(2, 1),
                        parse("--seed", "2").seedOf(1, 1)))
                .doesNotHaveDuplicates();
        assertThat(Set.of(flags.seedOf(1, 1))).contains(parse("--seed", "1").seedOf(1, 1));
    }
}
