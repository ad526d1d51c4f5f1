package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlagsTest {
    private static Flags parse(String... arguments) {
        return Flags.parse(List.of(arguments), Set.of("--lines"), Set.of("--exit"));
    }

    @Test
    void bothWaysOfGivingAValueShouldBeRead() {
        assertThat(parse("--lines", "7", "--exit").number("--lines", 1)).isEqualTo(7);
        assertThat(parse("--lines=7").number("--lines", 1)).isEqualTo(7);
    }

    @Test
    void absentFlagsShouldLeaveTheDefault() {
        assertThat(parse().number("--lines", 5)).isEqualTo(5);
        assertThat(parse().has("--exit")).isFalse();
    }

    @Test
    void unknownAndIncompleteFlagsShouldBeNamed() {
        assertThatThrownBy(() -> parse("--line", "7")).hasMessageContaining("'--line'");
        assertThatThrownBy(() -> parse("--lines")).hasMessage("--lines needs a value");
        assertThatThrownBy(() -> parse("--lines", "many").number("--lines", 1)).hasMessageContaining("'many'");
        assertThatThrownBy(() -> parse("--exit=yes")).hasMessageContaining("--exit=yes");
    }
}
