package io.backfill.results.s3;

import static io.backfill.results.s3.S3LogFixture.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.files.s3.StagedHttp;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/** A zombie is suspended in the middle of a request for longer than its lease, and continues as if nothing had happened. */
class S3ResultLogZombieTest {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path cache;

    private S3LogFixture fixture;

    @BeforeEach
    void plan() throws IOException {
        fixture = S3LogFixture.planned(cache, 40);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        fixture.close();
    }

    /** Stops at the first request that {@code where} accepts, before or after it is sent. */
    private static final class Stop implements StagedHttp.Stage {
        private final Predicate<SdkHttpRequest> where;
        private final boolean sent;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final CountDownLatch stopped = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        Stop(Predicate<SdkHttpRequest> where, boolean sent) {
            this.where = where;
            this.sent = sent;
        }

        @Override
        public HttpExecuteResponse answer(SdkHttpRequest request, StagedHttp.Sending sending) throws IOException {
            if (!where.test(request) || taken.getAndSet(true)) {
                return sending.send();
            }
            HttpExecuteResponse answer = sent ? sending.send() : null;
            stopped.countDown();
            await(go);
            return sent ? answer : sending.send();
        }

        void awaitStopped() {
            await(stopped);
        }

        void wake() {
            go.countDown();
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("nothing happened");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TAIL, false",
        "TAIL, true",
        "SEGMENT, false",
        "SEGMENT, true",
        "CHECKPOINT, false",
        "CHECKPOINT, true",
        "DELETE, false",
        "DELETE, true"
    })
    void nothingThatAZombieDoesAfterTheTakeoverShouldCount(Moment moment, boolean sent) throws Exception {
        AtomicInteger appended = new AtomicInteger();
        Stop stop = new Stop(request -> appended.get() >= 10 && moment.is(request), sent);
        ResultLog zombie = fixture.open(fixture.logs(S3LogConfig.DEFAULT, stop), 1);
        fixture.batch().append(zombie, 0, 10);
        appended.set(10);
        Future<?> life = threads.submit(() -> {
            if (moment == Moment.TAIL) {
                fixture.batch().append(zombie, 10);
            }
            zombie.checkpoint();
            return null;
        });
        stop.awaitStopped();
        // a tail that has arrived counts like an acknowledged one
        int inherited = moment == Moment.TAIL && sent ? 11 : 10;

        ResultLog owner = fixture.open(2);
        assertThat(owner.totals()).isEqualTo(fixture.batch().totals(0, inherited));
        fixture.batch().append(owner, 20, 25);
        stop.wake();
        awaitEnd(life);
        wasteAsZombie(zombie, 25, 30);
        fixture.batch().append(owner, 30, 35);

        List<Integer> expected = new ArrayList<>(places(0, inherited));
        expected.addAll(places(20, 25));
        expected.addAll(places(30, 35));
        assertThat(fixture.batch().placesIn(fixture.s3().store(), owner.checkpoint()))
                .isEqualTo(expected);
        owner.close();
        assertThat(fixture.found(3)).isEqualTo(expected);
    }

    /** The zombie's compaction may succeed, or may find that its tails have been deleted. */
    private static void awaitEnd(Future<?> life) throws Exception {
        try {
            life.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            assertThat(refused.getCause()).isInstanceOf(IOException.class);
        }
    }

    private void wasteAsZombie(ResultLog zombie, int from, int to) {
        try {
            fixture.batch().append(zombie, from, to);
            zombie.close();
        } catch (IOException refused) {
            // a rejected append is as good
        }
    }

    @Test
    void newOwnerShouldLookAgainWhenTheOldOneRewritesWhatIsBeingRead() throws IOException {
        ResultLog old = fixture.open(1);
        fixture.batch().append(old, 0, 10);
        AtomicBoolean read = new AtomicBoolean();
        ResultLog owner = fixture.open(
                fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> {
                    if (StagedHttp.isGet(request, "-t0") && !read.getAndSet(true)) {
                        fixture.batch().append(old, 10, 12);
                        old.checkpoint();
                    }
                    return sending.send();
                }),
                2);
        assertThat(owner.totals()).isEqualTo(fixture.batch().totals(0, 12));
        owner.close();
        assertThat(fixture.found(3)).isEqualTo(places(0, 12));
    }

    @Test
    void newOwnerShouldNotMissTailsThatAreRewrittenBetweenItsTwoListings() throws IOException {
        ResultLog old = fixture.open(1);
        fixture.batch().append(old, 0, 10);
        AtomicInteger listings = new AtomicInteger();
        ResultLog owner = fixture.open(
                fixture.logs(S3LogConfig.DEFAULT, (request, sending) -> {
                    if (request.rawQueryParameters().containsKey("list-type") && listings.incrementAndGet() <= 2) {
                        fixture.batch().append(old, 8 + 2 * listings.get());
                        old.checkpoint();
                    }
                    return sending.send();
                }),
                2);
        owner.close();
        List<Integer> expected = new ArrayList<>(places(0, 11));
        expected.add(12);
        assertThat(fixture.found(3)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"SEGMENT, false", "SEGMENT, true", "CHECKPOINT, false", "CHECKPOINT, true"})
    void ownerThatIsStoppedWhileItOpensShouldHarmNobody(Moment moment, boolean sent) throws Exception {
        ResultLog died = fixture.open(1);
        fixture.batch().append(died, 0, 10);
        Stop stop = new Stop(moment::is, sent);
        Future<?> opening = threads.submit(() -> fixture.open(fixture.logs(S3LogConfig.DEFAULT, stop), 2));
        stop.awaitStopped();
        ResultLog owner = fixture.open(3);
        fixture.batch().append(owner, 10, 15);
        stop.wake();
        awaitEnd(opening);
        owner.checkpoint();
        fixture.batch().append(owner, 15, 20);
        assertThat(fixture.found(4)).isEqualTo(places(0, 20));
    }

    @Test
    void openShouldRefuseAnOwnerThatLostItsLeaseAndLeaveAllAsItIs() throws IOException {
        ResultLog owner = fixture.open(5);
        fixture.batch().append(owner, 0, 4);
        List<String> before = fixture.keys("");
        assertThatThrownBy(() -> fixture.open(4))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lost its lease");
        assertThat(fixture.keys("")).isEqualTo(before);
        owner.close();
    }
}
