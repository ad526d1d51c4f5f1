package io.backfill.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.testing.Party;
import io.backfill.testing.SettableTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AbortSignalTest {
    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final AtomicInteger heard = new AtomicInteger();

    @Test
    void theFirstCauseShouldWin() {
        assertThat(abort.cause()).isEmpty();
        assertThat(abort.trip(AbortCause.CANCEL)).isTrue();
        assertThat(abort.trip(AbortCause.LOST_LEASE)).isFalse();
        assertThat(abort.cause()).contains(AbortCause.CANCEL);
    }

    @Test
    void onlyDeadlineCancelAndTheOperatorsPolicyShouldEndTheBatch() {
        assertThat(List.of(AbortCause.values()).stream().filter(AbortCause::endsBatch))
                .containsExactly(AbortCause.DEADLINE, AbortCause.CANCEL, AbortCause.OFFLOAD_FAILED);
    }

    @Test
    void actionsShouldRunOnceAtTheirStage() {
        AtomicInteger cuts = new AtomicInteger();
        abort.onTrip(heard::incrementAndGet);
        abort.onCut(cuts::incrementAndGet);

        abort.trip(AbortCause.CANCEL);
        abort.trip(AbortCause.CANCEL);
        assertThat(heard).hasValue(1);
        assertThat(cuts).hasValue(0);
        abort.cut();
        abort.cut();
        assertThat(cuts).hasValue(1);
    }

    @Test
    void actionsThatComeLateShouldRunAtOnce() {
        abort.trip(AbortCause.SHUTDOWN);
        abort.onTrip(heard::incrementAndGet);
        abort.onCut(heard::incrementAndGet);
        assertThat(heard).hasValue(1);

        abort.cut();
        assertThat(heard).hasValue(2);
        abort.onCut(heard::incrementAndGet);
        assertThat(heard).hasValue(3);
    }

    @Test
    void actionsTakenBackShouldNotRun() {
        Runnable twice = heard::incrementAndGet;
        AbortSignal.Registration first = abort.onTrip(twice);
        abort.onTrip(twice);
        first.close();
        first.close();

        abort.trip(AbortCause.CANCEL);

        assertThat(heard).hasValue(1);
    }

    @Test
    void anActionThatThrowsShouldNotKeepOthersFromHearing() {
        for (int i = 0; i < 20; i++) {
            int number = i;
            abort.onTrip(() -> {
                heard.incrementAndGet();
                if (number % 2 == 0) {
                    throw new IllegalStateException("a bug of somebody's");
                }
            });
        }

        assertThatThrownBy(() -> abort.trip(AbortCause.CANCEL)).isInstanceOf(IllegalStateException.class);
        assertThat(heard).hasValue(20);
        assertThat(abort.isTripped()).isTrue();
    }

    @Test
    void cutShouldDoNothingBeforeTheFirstStage() {
        abort.cut();
        abort.cutAfter(Duration.ZERO);

        assertThat(abort.isCut()).isFalse();
    }

    @Test
    void cutAfterShouldWaitForTheGrace() {
        time.advance(Duration.ofHours(1));
        abort.trip(AbortCause.DEADLINE);
        time.advance(Duration.ofSeconds(29));
        abort.cutAfter(Duration.ofSeconds(30));
        assertThat(abort.isCut()).isFalse();

        time.advance(Duration.ofSeconds(1));
        abort.cutAfter(Duration.ofSeconds(30));
        assertThat(abort.isCut()).isTrue();
    }

    @Test
    void awaitShouldEndWithThePatienceOrTheFirstStage() throws InterruptedException {
        assertThat(abort.await(Duration.ofMillis(1))).isFalse();
        Thread trips = Thread.startVirtualThread(() -> abort.trip(AbortCause.CANCEL));

        assertThat(abort.await(Duration.ofSeconds(30))).isTrue();
        assertThat(abort.await(Duration.ZERO)).isTrue();
        trips.join();
    }

    @RepeatedTest(20)
    void ofManyTripsAtOnceOneShouldWinAndEveryActionShouldHear() throws InterruptedException {
        int each = 10;
        Party party = new Party(3 * each);
        AtomicInteger won = new AtomicInteger();
        AtomicInteger silent = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            AbortCause cause = AbortCause.values()[i % AbortCause.values().length];
            threads.add(Thread.startVirtualThread(() -> {
                party.attend();
                won.addAndGet(abort.trip(cause) ? 1 : 0);
            }));
            threads.add(Thread.startVirtualThread(() -> {
                AtomicInteger mine = new AtomicInteger();
                party.attend();
                abort.onTrip(mine::incrementAndGet);
                while (!abort.isTripped()) {
                    Thread.onSpinWait();
                }
                abort.trip(cause);
                while (mine.get() == 0) {
                    Thread.onSpinWait();
                }
                silent.addAndGet(mine.get() > 2 ? 1 : 0);
            }));
            threads.add(Thread.startVirtualThread(() -> {
                party.attend();
                abort.onTrip(() -> {}).close();
            }));
        }
        party.awaitGuests().disband();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(won).hasValue(1);
        assertThat(silent).hasValue(0);
    }
}
