package io.backfill.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptTextTest {
    private static int words(String text) {
        return text.strip().split(" ", -1).length;
    }

    @Test
    void aPromptShouldHaveTheWordsThatItsTokensNeedBesideTheTemplate() {
        // 12 tokens of template, 1.6 a word
        PromptText text = PromptText.fit(50, 92, 500, 812);

        assertThat(words(text.prompt(new Random(1), 1300))).isEqualTo(805);
        assertThat(words(text.part(new Random(1), 16))).isEqualTo(10);
    }

    @Test
    void aPromptShorterThanTheTemplateShouldHaveOneWord() {
        assertThat(words(PromptText.fit(50, 92, 500, 812).prompt(new Random(1), 5)))
                .isEqualTo(1);
    }

    @Test
    void textsOfDifferentSeedsShouldDifferFromTheBeginning() {
        String one = PromptText.words(new Random(1), 200);

        assertThat(PromptText.words(new Random(1), 200)).isEqualTo(one);
        assertThat(PromptText.words(new Random(2), 200).substring(0, 40)).isNotEqualTo(one.substring(0, 40));
    }
}
