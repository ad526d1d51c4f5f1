package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OtherClientsTest {
    private static final long SECOND = 1_000_000_000L;

    private final OtherClients others = new OtherClients();

    @Test
    void aSingleRequestShouldNotCount() {
        others.polled(1, SECOND);
        assertThat(others.arePresent(SECOND)).isFalse();
    }

    @Test
    void aClientThatIsSeenNowAndThenShouldCount() {
        for (int i = 0; i < 100; i++) {
            others.polled(i % 20 == 0 ? 1 : 0, i * SECOND);
        }
        assertThat(others.arePresent(100 * SECOND)).isTrue();
    }

    @Test
    void clientsThatAreGoneShouldBeForgottenWithinAMinute() {
        others.polled(3, 0);
        others.polled(3, SECOND);
        assertThat(others.arePresent(SECOND)).isTrue();
        assertThat(others.arePresent(50 * SECOND)).isFalse();
    }

    @Test
    void theMeanShouldFollowTheRequests() {
        for (int i = 0; i < 100; i++) {
            others.polled(8, i * SECOND);
        }
        assertThat(others.mean()).isBetween(7.9, 8.1);
    }
}
