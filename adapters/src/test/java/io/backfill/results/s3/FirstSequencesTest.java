package io.backfill.results.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstSequencesTest {
    private final FirstSequences sequences = new FirstSequences();

    @Test
    void anOpeningAfterAFailedOneShouldUseNewNumbers() {
        assertThat(sequences.next("a", 1, 0)).isEqualTo(10_000);
        assertThat(sequences.next("a", 1, 0)).isEqualTo(20_000);
        assertThat(sequences.next("a", 1, 34_567)).isEqualTo(40_000);
        assertThat(sequences.next("a", 2, 0)).as("another epoch").isEqualTo(10_000);

        sequences.recorded("a");
        assertThat(sequences.next("a", 2, 10_003)).isEqualTo(20_000);
    }

    @Test
    void onlyTheLastFailedOpeningsShouldBeRemembered() {
        for (int i = 0; i < FirstSequences.MOST; i++) {
            sequences.next("folder-" + i, 1, 0);
        }
        sequences.next("folder-0", 1, 0);
        sequences.next("one more", 1, 0);

        assertThat(sequences.size()).isEqualTo(FirstSequences.MOST);
        assertThat(sequences.next("folder-0", 1, 0)).isEqualTo(30_000);
    }
}
