package io.backfill.results.s3;

import static io.backfill.results.s3.S3LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.files.StorageFullException;
import io.backfill.files.s3.StagedHttp;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.testing.Party;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests an S3 server that is slow, failing, full or unavailable. */
class S3ResultLogFaultsTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path cache;

    private S3LogFixture fixture;

    private void plan(int lines) throws IOException {
        fixture = S3LogFixture.planned(cache, lines);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        fixture.close();
    }

    /** Appends as the call window does: a line that the store did not accept is appended again. Returns the number of refusals. */
    private int appendWithPatience(ResultLog log, int from, int to) {
        int refused = 0;
        for (int place = from; place < to; ) {
            try {
                fixture.batch().append(log, place);
                place++;
            } catch (IOException e) {
                refused++;
                assertThat(refused).as("refusals").isLessThan(10_000);
                Thread.yield();
            }
        }
        return refused;
    }

    private List<Future<Integer>> appendAtOnce(ResultLog log, int appenders, int each) {
        Party party = new Party(appenders);
        List<Future<Integer>> refused = new ArrayList<>();
        for (int i = 0; i < appenders; i++) {
            int from = i * each;
            refused.add(threads.submit(() -> {
                party.attend();
                return appendWithPatience(log, from, from + each);
            }));
        }
        party.awaitGuests().disband();
        return refused;
    }

    private static int sum(List<Future<Integer>> counts) throws Exception {
        int sum = 0;
        for (Future<Integer> count : counts) {
            sum += count.get(60, TimeUnit.SECONDS);
        }
        return sum;
    }

    /** Every third call fails, alternately before and after it takes effect at the server. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void everyLineShouldBeThereOnceWhenEveryThirdCallFails(int attempts) throws Exception {
        plan(320);
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean healthy = new AtomicBoolean(true);
        ResultLogs logs = fixture.logs(
                new S3LogConfig(1 << 20, 10, 1 << 20), attempts, Duration.ofSeconds(10), (request, sending) -> {
                    int call = healthy.get() ? 1 : calls.incrementAndGet();
                    if (call % 3 == 0 && call % 2 == 0) {
                        sending.send();
                    }
                    return call % 3 == 0 ? StagedHttp.failure(500, "InternalError") : sending.send();
                });
        ResultLog log = fixture.open(logs, 1);
        healthy.set(false);
        int refused = sum(appendAtOnce(log, 16, 20));
        if (attempts == 1) {
            assertThat(refused).isPositive();
        }
        assertThat(log.totals()).isEqualTo(fixture.batch().totals(0, 320));
        healthy.set(true);
        log.close();
        assertThat(fixture.found(2)).isEqualTo(places(0, 320));
    }

    @Test
    void appendShouldFailWhileS3IsAwayAndSucceedWhenItIsBack() throws Exception {
        plan(64);
        AtomicBoolean away = new AtomicBoolean();
        AtomicInteger failed = new AtomicInteger();
        ResultLogs logs = fixture.logs(S3LogFixture.SMALL, (request, sending) -> {
            if (away.get()) {
                failed.incrementAndGet();
                throw new IOException("connection refused");
            }
            return sending.send();
        });
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 60, 64);
        away.set(true);
        assertThatThrownBy(() -> fixture.batch().append(log, 59))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not logged")
                .hasMessageContaining("backfill.s3.endpoint");
        assertThatThrownBy(log::checkpoint).isInstanceOf(IOException.class);
        assertThat(log.totals()).isEqualTo(fixture.batch().totals(60, 64));
        List<Future<Integer>> refused = appendAtOnce(log, 6, 10);
        await().until(() -> failed.get() > 20);
        away.set(false);
        assertThat(sum(refused)).isPositive();
        log.close();
        assertThat(fixture.found(2)).isEqualTo(places(0, 64));
    }

    @Test
    void appendShouldSayWhenThereIsNoRoom() throws Exception {
        plan(10);
        AtomicBoolean full = new AtomicBoolean();
        ResultLogs logs = fixture.logs(
                S3LogConfig.DEFAULT,
                (request, sending) -> full.get() ? StagedHttp.failure(403, "QuotaExceeded") : sending.send());
        ResultLog log = fixture.open(logs, 1);
        full.set(true);
        assertThatThrownBy(() -> fixture.batch().append(log, 0)).isInstanceOf(StorageFullException.class);
        full.set(false);
        fixture.batch().append(log, 0, 5);
        log.close();
        assertThat(fixture.found(2)).isEqualTo(places(0, 5));
    }

    @Test
    void appendShouldFailInTimeWhenS3NeverAnswers() throws Exception {
        plan(10);
        AtomicBoolean silent = new AtomicBoolean();
        ResultLogs logs = fixture.logs(S3LogConfig.DEFAULT, 2, Duration.ofSeconds(1), (request, sending) -> {
            if (silent.get()) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
            return sending.send();
        });
        ResultLog log = fixture.open(logs, 1);
        silent.set(true);
        Future<?> append = threads.submit(() -> {
            fixture.batch().append(log, 0);
            return null;
        });
        assertThatThrownBy(() -> append.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        silent.set(false);
        fixture.batch().append(log, 0, 5);
        log.close();
        assertThat(fixture.found(2)).isEqualTo(places(0, 5));
    }

    @Test
    void doneAndTotalsShouldNotWaitForAWrite() throws Exception {
        plan(10);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ResultLogs logs = fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> {
            if (Moment.TAIL.is(request)) {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return sending.send();
        });
        ResultLog log = fixture.open(logs, 1);
        Future<?> append = threads.submit(() -> {
            fixture.batch().append(log, 0);
            return null;
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(log.done().isEmpty()).isTrue();
        assertThat(log.totals()).isEqualTo(LogTotals.NONE);
        assertThat(log.record()).isPositive();
        assertThatThrownBy(() -> fixture.batch().append(log, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(append.isDone()).isFalse();
        go.countDown();
        append.get(30, TimeUnit.SECONDS);
        assertThat(log.done().cardinality()).isEqualTo(1);
        log.close();
    }

    @Test
    void checkpointShouldWaitForAWriteThatBeganBeforeIt() throws Exception {
        plan(10);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean staged = new AtomicBoolean();
        ResultLogs logs = fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> {
            if (staged.get() && Moment.TAIL.is(request)) {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return sending.send();
        });
        ResultLog log = fixture.open(logs, 1);
        fixture.batch().append(log, 0, 5);
        staged.set(true);
        Future<?> append = threads.submit(() -> {
            fixture.batch().append(log, 5);
            return null;
        });
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        FutureTask<Checkpoint> checkpoint = new FutureTask<>(log::checkpoint);
        Thread checkpointing = Thread.ofPlatform().start(checkpoint);
        await().until(() -> checkpoint.isDone() || checkpointing.getState() == Thread.State.WAITING);
        go.countDown();
        append.get(30, TimeUnit.SECONDS);
        checkpoint.get(30, TimeUnit.SECONDS);
        // its owner dies now
        assertThat(fixture.found(2)).isEqualTo(places(0, 6));
    }

    @Test
    void logShouldLoseNothingWhenItHasUsedUpItsNumbers() throws Exception {
        plan(40);
        LogObjects objects = new LogObjects(
                fixture.s3().objects(), ResultLogs.folder(fixture.batch().id(), 0));
        Checkpoint recorded = new Checkpoint(1, 100, new BitSet(), List.of(), LogTotals.NONE);
        objects.record(recorded);
        TailRewrite rewrite = new TailRewrite(objects, threads);
        ResultLog log = new S3ResultLog(
                objects, rewrite, recorded, 3, S3LogFixture.SMALL, new LargeWrites(), threads, () -> {});
        fixture.batch().append(log, 0, 20);
        assertThatThrownBy(() -> {
                    log.checkpoint();
                    fixture.batch().append(log, 20);
                    log.checkpoint();
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be reopened");
        fixture.batch().append(log, 30, 40);
        int there = log.done().cardinality();
        log.close();
        assertThat(fixture.found(2)).hasSize(there);
    }

    @Test
    void tailsShouldBecomeSegmentsAndDisappear() throws Exception {
        plan(40);
        ResultLog log = fixture.open(fixture.logs(S3LogFixture.SMALL, (request, sending) -> sending.send()), 1);
        fixture.batch().append(log, 0, 40);
        await().untilAsserted(() -> assertThat(fixture.keys("-t0")).hasSizeLessThan(4));
        log.close();
        assertThat(fixture.keys("-t0")).isEmpty();
        assertThat(fixture.keys("checkpoint-")).hasSize(1);
        assertThat(fixture.found(2)).isEqualTo(places(0, 40));
    }

    @Test
    void linesOfManyThreadsShouldShareWrites() throws Exception {
        int appenders = 64;
        int each = 60;
        plan(appenders * each);
        AtomicInteger writes = new AtomicInteger();
        AtomicLong latency = new AtomicLong(Duration.ofMillis(20).toNanos());
        ResultLogs logs = fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> {
            if (Moment.TAIL.is(request)) {
                writes.incrementAndGet();
            }
            LockSupport.parkNanos(latency.get());
            return sending.send();
        });
        ResultLog log = fixture.open(logs, 1);
        appendWithPatience(log, 0, 10);
        writes.set(0);
        long start = System.nanoTime();
        Party party = new Party(appenders);
        List<Future<Integer>> refused = new ArrayList<>();
        for (int i = 0; i < appenders; i++) {
            int from = Math.max(10, i * each);
            int to = (i + 1) * each;
            refused.add(threads.submit(() -> {
                party.attend();
                return appendWithPatience(log, from, to);
            }));
        }
        party.awaitGuests().disband();
        assertThat(sum(refused)).isZero();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "S3 log: %d threads, 20 ms more per call: %.0f lines/s, %.1f lines per write%n",
                appenders, (appenders * each - 10) / seconds, (double) (appenders * each) / writes.get());
        assertThat(writes.get()).isLessThan(appenders * each / 8);
        log.close();
        assertThat(fixture.found(2)).hasSize(appenders * each);
    }
}
