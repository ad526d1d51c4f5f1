package io.backfill.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ops.Readiness.Check;
import io.backfill.run.NodeHealth.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadinessTest {
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void stop() {
        answer.countDown();
        tasks.close();
    }

    private Readiness over(Check... checks) {
        return new Readiness(List.of(checks), PATIENCE, tasks, nanos::get);
    }

    private Check hangs(boolean needed) {
        return new Check("store", needed, () -> {
            asked.incrementAndGet();
            answer.await();
            return Optional.empty();
        });
    }

    private static Check well() {
        return new Check("database", true, () -> Optional.of("7 batches wait"));
    }

    @Test
    void nodeShouldNotBeReadyBeforeItWasChecked() throws InterruptedException {
        Readiness readiness = over(well());
        assertThat(readiness.report().up()).isFalse();
        readiness.evaluateOnce();
        assertThat(readiness.report().up()).isTrue();
        assertThat(readiness.report().details()).containsEntry("database", "7 batches wait");
    }

    @Test
    void checkThatHangsShouldBeStartedOnceAndKeepNothingElseWaiting() throws InterruptedException {
        Readiness readiness = over(hangs(true), well());
        readiness.evaluateOnce();
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        readiness.evaluateOnce();
        readiness.evaluateOnce();
        assertThat(asked).hasValue(1);
        Report report = readiness.report();
        assertThat(report.up()).isFalse();
        assertThat(report.details())
                .containsEntry("store", "has not answered for 3 s")
                .containsEntry("database", "7 batches wait");
    }

    @Test
    void checkThatComesBackShouldCountAgain() throws InterruptedException {
        Readiness readiness = over(hangs(true));
        readiness.evaluateOnce();
        assertThat(readiness.report().up()).isFalse();
        answer.countDown();
        org.awaitility.Awaitility.await().until(() -> {
            readiness.evaluateOnce();
            return readiness.report().up();
        });
    }

    @Test
    void whatIsNotNeededShouldBeToldOnly() throws InterruptedException {
        Readiness readiness = over(hangs(false), new Check("database", false, () -> {
            throw new IOException("connection refused");
        }));
        readiness.evaluateOnce();
        assertThat(readiness.report().up()).isTrue();
        assertThat(readiness.report().details())
                .containsEntry("database", "connection refused")
                .containsKey("store");
    }

    @Test
    void oldReportShouldNotCount() throws InterruptedException {
        Readiness readiness = over(well());
        readiness.evaluateOnce();
        nanos.addAndGet(Duration.ofSeconds(15).toNanos());
        assertThat(readiness.report().up()).isTrue();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(readiness.report().up()).isFalse();
        assertThat(readiness.report().details()).containsEntry("node", "was last checked 16 s ago");
    }
}
