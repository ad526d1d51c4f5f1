package io.backfill.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OtherClientsTest {
    private static final long SECOND = 1_000_000_000L;

    private final OtherClients others = new OtherClients();

    @Test
    void aSingleRequestShouldNotCount() {
        poll(1, SECOND);
        assertThat(others.arePresent(SECOND)).isFalse();
    }

    @Test
    void aClientThatIsSeenNowAndThenShouldCount() {
        for (int i = 0; i < 100; i++) {
            poll(i % 20 == 0 ? 1 : 0, i * SECOND);
        }
        assertThat(others.arePresent(100 * SECOND)).isTrue();
    }

    @Test
    void clientsThatAreGoneShouldBeForgottenWithinAMinute() {
        poll(3, 0);
        poll(3, SECOND);
        assertThat(others.arePresent(SECOND)).isTrue();
        assertThat(others.arePresent(50 * SECOND)).isFalse();
    }

    @Test
    void theMeanShouldFollowTheRequests() {
        for (int i = 0; i < 100; i++) {
            poll(8, i * SECOND);
        }
        assertThat(others.mean()).isBetween(7.9, 8.1);
    }

    /** With many short calls, the calls that are open at a poll are no more than the engine holds. Its count tells. */
    @Test
    void aClientAmongManyCallsShouldBeNoticedByItsFinishedRequests() {
        long finished = 1_000;
        long ended = 0;
        for (int second = 0; second < 40; second++) {
            boolean present = second >= 20;
            if (second <= 20 || second >= 30) {
                assertThat(others.arePresent(second * SECOND)).isEqualTo(present && second > 20);
            }
            finished += 35 + (present ? 1 : 0);
            ended += second % 2 == 0 ? 37 : 33;
            poll(30, 32, OptionalLong.of(finished), ended, second * SECOND);
        }
        for (int second = 40; second < 70; second++) {
            finished += 35;
            ended += second % 2 == 0 ? 37 : 33;
            poll(30, 32, OptionalLong.of(finished), ended, second * SECOND);
        }
        assertThat(others.arePresent(70 * SECOND)).isFalse();
    }

    @Test
    void aRestartedEngineShouldNotHideOthers() {
        for (int second = 0; second < 30; second++) {
            poll(0, 1, OptionalLong.of(100_000), 0, second * SECOND);
        }
        for (int second = 30; second < 60; second++) {
            poll(0, 1, OptionalLong.of(second - 30), 0, second * SECOND);
        }
        assertThat(others.arePresent(60 * SECOND)).isTrue();
    }

    private void poll(int held, long now) {
        poll(held, 0, OptionalLong.empty(), 0, now);
    }

    private void poll(int held, int open, OptionalLong finished, long ended, long now) {
        EngineTotals totals = new EngineTotals(
                finished, OptionalLong.empty(), OptionalLong.empty(), LatencyHistogram.EMPTY, LatencyHistogram.EMPTY);
        others.polled(new EngineMetrics(held, 0, 0, OptionalInt.empty(), totals), new OwnCalls(open, open, ended), now);
    }
}
