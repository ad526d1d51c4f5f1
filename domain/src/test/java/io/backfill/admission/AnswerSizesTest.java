package io.backfill.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerSizesTest {
    private final AnswerSizes sizes = new AnswerSizes();

    @Test
    void whatIsExpectedShouldCoverNearlyAllAnswers() {
        for (int i = 0; i < 100; i++) {
            sizes.answered("/v1/chat/completions", i < 90 ? 900 : 30_000);
        }

        assertThat(sizes.expected("/v1/chat/completions")).isEqualTo(32_768L * AnswerSizes.COPIES);
    }

    @Test
    void pathsShouldBeLearnedApart() {
        sizes.answered("/v1/embeddings", 5_000_000);
        sizes.answered("/v1/moderations", 1);

        assertThat(sizes.expected("/v1/embeddings")).isEqualTo((long) AnswerSizes.LARGEST * AnswerSizes.COPIES);
        assertThat(sizes.expected("/v1/moderations")).isEqualTo(1024L * AnswerSizes.COPIES);
        assertThat(sizes.expected("/v1/responses")).isBetween(1024L, (long) AnswerSizes.LARGEST);
    }

    @Test
    void oldAnswersShouldBeForgotten() {
        for (int i = 0; i < 10_000; i++) {
            sizes.answered("p", AnswerSizes.LARGEST);
        }
        for (int i = 0; i < 3_000; i++) {
            sizes.answered("p", 2000);
        }

        assertThat(sizes.expected("p")).isEqualTo(2048L * AnswerSizes.COPIES);
    }
}
