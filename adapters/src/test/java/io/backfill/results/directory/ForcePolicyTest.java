package io.backfill.results.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForcePolicyTest {
    @Test
    void namedShouldKnowBothNames() {
        assertThat(ForcePolicy.named("each")).isEqualTo(new ForcePolicy(true, Duration.ofSeconds(1)));
        assertThat(ForcePolicy.named("second")).isEqualTo(new ForcePolicy(false, Duration.ofSeconds(1)));
    }

    @Test
    void namedShouldSayWhichNamesThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ForcePolicy.named("never"))
                .withMessage("backfill.files.force must be each or second, not never");
    }

    @Test
    void intervalShouldBePositive() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ForcePolicy(true, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new ForcePolicy(true, Duration.ofSeconds(-1)));
    }
}
