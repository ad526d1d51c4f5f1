package io.backfill.offload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.SeededRandom;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexRangesTest {
    @Test
    void formatShouldWriteWhatKubernetesWrites() {
        assertThat(IndexRanges.format(List.of())).isEmpty();
        assertThat(IndexRanges.format(List.of(7))).isEqualTo("7");
        assertThat(IndexRanges.format(List.of(0, 1, 2, 3, 5, 7, 8))).isEqualTo("0-3,5,7-8");
    }

    @RepeatedTest(50)
    void parseShouldGiveBackWhatWasFormatted(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        TreeSet<Integer> numbers = new TreeSet<>();
        int most = 1 + random.nextInt(300);
        for (int i = random.nextInt(most); i >= 0; i--) {
            numbers.add(random.nextInt(most));
        }

        assertThat(IndexRanges.parse(IndexRanges.format(List.copyOf(numbers)))).containsExactlyElementsOf(numbers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {",", "1,", "-1", "1-", "a", "2-1", "3,3", "5,4", "1-3,2", "0-99999999999", "0-100000", " 1"})
    void parseShouldRefuseWhatIsNoList(String text) {
        assertThatThrownBy(() -> IndexRanges.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void formatShouldRefuseNumbersThatDoNotAscend() {
        assertThatThrownBy(() -> IndexRanges.format(List.of(1, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> IndexRanges.format(List.of(2, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> IndexRanges.format(List.of(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
