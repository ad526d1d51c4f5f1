package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeThreadsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong nanos = new AtomicLong();
    private final NodeThreads threads = new NodeThreads(nanos::get);

    @AfterEach
    void stop() {
        threads.stop();
    }

    @Test
    void aPassThatThrowsAnErrorShouldGoOn() throws InterruptedException {
        AtomicInteger rounds = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(1);
        threads.every(Duration.ofMillis(1), "failing", () -> {
            switch (rounds.incrementAndGet()) {
                case 1 -> throw new StackOverflowError("first round");
                case 2 -> throw new NoClassDefFoundError("second round");
                default -> third.countDown();
            }
        });

        assertThat(third.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theEndShouldAwaitTheRoundThatRuns() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        threads.every(HOUR, "slow", () -> {
            running.countDown();
            mayEnd.await();
            ended.incrementAndGet();
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();

        Thread end = Thread.ofVirtual().start(threads::awaitEnd);
        assertThat(end.join(Duration.ofMillis(20))).isFalse();
        mayEnd.countDown();

        assertThat(end.join(Duration.ofSeconds(10))).isTrue();
        assertThat(ended).hasValue(1);
    }

    @Test
    void aPassThatHangsShouldBeOverdueAndNoLongerOnceItCameRound() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch hang = new CountDownLatch(1);
        CountDownLatch nextRound = new CountDownLatch(2);
        BackgroundPass hanging = threads.every(Duration.ofSeconds(1), "hanging", () -> {
            nextRound.countDown();
            begun.countDown();
            hang.await();
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        assertThat(threads.overdue()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(threads.overdue()).containsExactly("hanging");

        hanging.wake();
        hang.countDown();
        assertThat(nextRound.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.overdue()).isEmpty();
    }

    /** Regression: when 60 batches of 32 models ended continually, the claims kept a processor busy. */
    @Test
    void aPassThatIsWokenAllTheTimeShouldRestAsLongAsItWorks() throws InterruptedException {
        CountDownLatch rounds = new CountDownLatch(3);
        AtomicLong lastEnd = new AtomicLong();
        AtomicLong shortestRest = new AtomicLong(Long.MAX_VALUE);
        BackgroundPass busy = threads.every(HOUR, "busy", () -> {
            long begin = System.nanoTime();
            if (lastEnd.get() != 0) {
                shortestRest.accumulateAndGet(begin - lastEnd.get(), Math::min);
            }
            rounds.countDown();
            nanos.addAndGet(Duration.ofMillis(20).toNanos());
            lastEnd.set(System.nanoTime());
        });
        while (!rounds.await(1, TimeUnit.MILLISECONDS)) {
            busy.wake();
        }

        assertThat(Duration.ofNanos(shortestRest.get())).isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }

    @Test
    void workThatMayTakeLongShouldHaveItsOwnPatience() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch hang = new CountDownLatch(1);
        threads.every(HOUR, "sweep", HOUR.multipliedBy(12), () -> {
            begun.countDown();
            hang.await();
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        nanos.addAndGet(HOUR.multipliedBy(13).toNanos());
        assertThat(threads.overdue()).isEmpty();
        nanos.addAndGet(1);
        assertThat(threads.overdue()).containsExactly("sweep");
        hang.countDown();
    }

    @Test
    void aPassThatListensShouldNeverBeOverdue() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch silence = new CountDownLatch(1);
        threads.listen(Duration.ofMillis(50), "listening", () -> {
            begun.countDown();
            silence.await();
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        nanos.addAndGet(Duration.ofDays(3650).toNanos());
        assertThat(threads.overdue()).isEmpty();
        silence.countDown();
    }

    @Test
    void aStoppedPassShouldNotBeOverdue() {
        threads.every(HOUR, "stopped", () -> {});
        threads.stop();

        nanos.addAndGet(HOUR.multipliedBy(24).toNanos());
        assertThat(threads.overdue()).isEmpty();
    }
}
