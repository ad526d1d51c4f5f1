package io.backfill.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.testing.SeededRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SeenIdsTest {
    @Test
    void anIdShouldBeNewOnce() {
        SeenIds seen = new SeenIds();

        assertThat(seen.add("a")).isTrue();
        assertThat(seen.add("b")).isTrue();
        assertThat(seen.add("")).isTrue();
        assertThat(seen.add("a")).isFalse();
        assertThat(seen.add("")).isFalse();
    }

    @Test
    void aMillionIdsShouldAllBeNewOnce() {
        SeenIds seen = new SeenIds();
        int refused = 0;
        int taken = 0;
        for (int i = 0; i < 1_000_000; i++) {
            refused += seen.add("request-" + i) ? 0 : 1;
        }
        for (int i = 0; i < 1_000_000; i += 97) {
            taken += seen.add("request-" + i) ? 1 : 0;
        }

        assertThat(refused).isZero();
        assertThat(taken).isZero();
    }

    /** UTF-8 cannot distinguish unpaired surrogates, but JSON can express them. */
    @Test
    void idsOfHalfSurrogatePairsShouldDiffer() {
        SeenIds seen = new SeenIds();

        assertThat(seen.add("a\ud800")).isTrue();
        assertThat(seen.add("a\udc00")).isTrue();
        assertThat(seen.add("a?")).isTrue();
        assertThat(seen.add("a\uFFFD")).isTrue();
        assertThat(seen.add("a\ud800")).isFalse();
    }

    @Test
    void idsThatDifferInOneCharShouldDiffer() {
        SeenIds seen = new SeenIds();
        for (int length = 1; length <= 1024; length += length < 64 ? 1 : 60) {
            StringBuilder id = new StringBuilder("a".repeat(length));
            for (int i = 0; i < length; i++) {
                id.setCharAt(i, 'b');
                assertThat(seen.add(id.toString())).isTrue();
                id.setCharAt(i, 'a');
            }
        }
    }

    @RepeatedTest(value = 50, failureThreshold = 1)
    void answersShouldBeThoseOfASet(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        SeenIds seen = new SeenIds();
        Set<String> oracle = new HashSet<>();
        for (int i = 0; i < 3000; i++) {
            String id = Integer.toString(random.nextInt(2000), 36);
            assertThat(seen.add(id)).isEqualTo(oracle.add(id));
        }
    }
}
