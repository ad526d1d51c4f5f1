package io.backfill.dispatch;

import static io.backfill.testing.RecordingDispatcher.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.answers.Answer;
import io.backfill.models.Model;
import io.backfill.models.RetryPolicy;
import io.backfill.testing.MemorySpool;
import io.backfill.testing.RecordingDispatcher;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetryingDispatcherTest {
    private static final Outcome UNREACHABLE = new Outcome.Unreachable("refused", false);
    private static final Outcome BROKEN = new Outcome.Unreachable("reset", true);

    private final SettableTime time = SettableTime.standing();
    private final AbortSignal abort = new AbortSignal(time);
    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 301, 400, 402, 409, 413, 415, 422})
    void anAnswerThatWouldBeTheSameShouldBeFinal(int status) throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(answer(status, "{}"));

        assertThat(retrying(end).dispatch(to(patient("m", 3)))).isEqualTo(end.dispatch(to(patient("m", 3))));
        assertThat(end.calls()).isEqualTo(2);
    }

    static Stream<Outcome> costly() {
        return Stream.of(
                answer(408, "{}"),
                answer(500, "{}"),
                answer(502, "{}"),
                answer(504, "{}"),
                answer(599, "{}"),
                new Outcome.TimedOut(),
                BROKEN);
    }

    @ParameterizedTest
    @MethodSource("costly")
    void whatMayHaveCostWorkShouldBeTriedAsOftenAsThePolicySays(Outcome outcome) throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(outcome);

        assertThat(retrying(end).dispatch(to(patient("m", 2)))).isSameAs(outcome);
        assertThat(end.calls()).isEqualTo(3);
    }

    static Stream<Outcome> free() {
        return Stream.of(
                answer(429, "{}"),
                answer(503, "{}"),
                UNREACHABLE,
                answer(401, "{}"),
                answer(403, "{}"),
                answer(404, "{}"),
                answer(405, "{}"));
    }

    @ParameterizedTest
    @MethodSource("free")
    void whatCostNothingShouldBeTriedUntilItWorksWhileThereIsPatience(Outcome outcome) throws InterruptedException {
        Outcome ok = answer(200, "{}");
        Outcome[] script = Stream.concat(Stream.generate(() -> outcome).limit(40), Stream.of(ok))
                .toArray(Outcome[]::new);
        RecordingDispatcher end = new RecordingDispatcher(script);

        assertThat(retrying(end).dispatch(to(patient("m", 0)))).isSameAs(ok);
        assertThat(end.calls()).isEqualTo(41);
    }

    @ParameterizedTest
    @MethodSource("free")
    void whatCostNothingShouldCountOnceThePatienceIsOver(Outcome outcome) throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(outcome);
        Model model = model("m", 2, Duration.ofSeconds(5));

        RetryingDispatcher retrying = retrying(ticking(end));
        // refusals at 1 to 8 s; from 6 s on they count as retries
        assertThat(retrying.dispatch(to(model))).isSameAs(outcome);
        assertThat(end.calls()).isEqualTo(8);
        // the patience with the model is exhausted, so the next line gets only its retries
        assertThat(retrying.dispatch(to(model))).isSameAs(outcome);
        assertThat(end.calls()).isEqualTo(11);
    }

    @Test
    void anotherModelShouldHaveItsOwnPatience() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(UNREACHABLE);
        RetryingDispatcher retrying = retrying(ticking(end));
        retrying.dispatch(to(model("a", 0, Duration.ofSeconds(5))));
        int before = end.calls();

        retrying.dispatch(to(model("b", 0, Duration.ofSeconds(5))));

        assertThat(end.calls() - before).isEqualTo(6);
    }

    @Test
    void oneGoodAnswerShouldGiveThePatienceBack() throws InterruptedException {
        Outcome ok = answer(200, "{}");
        Outcome[] script = Stream.of(IntStream.range(0, 4).mapToObj(i -> UNREACHABLE), Stream.of(ok))
                .flatMap(part -> part)
                .toArray(Outcome[]::new);
        Outcome[] twice = Stream.concat(Stream.of(script), Stream.of(script)).toArray(Outcome[]::new);
        RecordingDispatcher end = new RecordingDispatcher(twice);
        RetryingDispatcher retrying = retrying(ticking(end));
        Model model = model("m", 0, Duration.ofSeconds(5));

        assertThat(retrying.dispatch(to(model))).isSameAs(ok);
        assertThat(retrying.dispatch(to(model))).isSameAs(ok);
    }

    /** A call that ended because its batch was aborted is no evidence about the model. */
    @Test
    void aCancelledCallShouldNotGiveThePatienceBack() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(
                UNREACHABLE, answer(400, "{}"), UNREACHABLE, new Outcome.Cancelled(), UNREACHABLE);
        RetryingDispatcher retrying = retrying(ticking(end));
        Model model = model("m", 1, Duration.ofSeconds(2));
        retrying.dispatch(to(model));

        assertThat(retrying.dispatch(to(model))).isEqualTo(new Outcome.Cancelled());
        time.advance(Duration.ofSeconds(2));
        assertThat(retrying.dispatch(to(model))).isSameAs(UNREACHABLE);
        assertThat(end.calls()).isEqualTo(6);
    }

    /** The model was not called for a day, so its last refusal before that does not count towards its patience now. */
    @Test
    void aRefusalOfLongAgoShouldNotCount() throws InterruptedException {
        Outcome ok = answer(200, "{}");
        RecordingDispatcher end =
                new RecordingDispatcher(UNREACHABLE, new Outcome.Cancelled(), UNREACHABLE, UNREACHABLE, ok);
        RetryingDispatcher retrying = retrying(end);
        Model model = model("m", 0, Duration.ofSeconds(5));
        assertThat(retrying.dispatch(to(model))).isEqualTo(new Outcome.Cancelled());

        time.advance(Duration.ofDays(1));

        assertThat(retrying.dispatch(to(model))).isSameAs(ok);
    }

    @Test
    void aModelWithoutPatienceShouldGetItsRetriesOnly() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(answer(429, "{}"));

        retrying(end).dispatch(to(model("m", 2, Duration.ZERO)));

        assertThat(end.calls()).isEqualTo(3);
    }

    @Test
    void retryAfterShouldBeHonoured() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(answer(429, Duration.ofMillis(150)), answer(200, "{}"));
        Model model = TestModels.model(
                "m", 1, new RetryPolicy(1, Duration.ofMillis(1), Duration.ofSeconds(20), Duration.ofMinutes(1)));
        long start = System.nanoTime();

        retrying(end).dispatch(to(model));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void retryAfterShouldBeHonouredUpToTheLargestWaitOnly() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(answer(503, Duration.ofDays(3650)), answer(200, "{}"));

        assertThat(retrying(end).dispatch(to(patient("m", 1)))).isInstanceOf(Outcome.Answered.class);
        assertThat(end.calls()).isEqualTo(2);
    }

    @Test
    void waitsShouldDoubleUpToTheLargest() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(BROKEN);
        Model model = TestModels.model(
                "m", 1, new RetryPolicy(4, Duration.ofMillis(10), Duration.ofMillis(40), Duration.ofMinutes(1)));
        RetryingDispatcher unlucky = new RetryingDispatcher(end, DispatchObserver.NONE, time, new Largest());
        long start = System.nanoTime();

        unlucky.dispatch(to(model));

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(10 + 20 + 40 + 40));
    }

    @Test
    void anAbortShouldEndTheWaitAndTheLineHasNotRun() {
        RecordingDispatcher end = new RecordingDispatcher(answer(500, "{}"));
        Model model = TestModels.model(
                "m", 1, new RetryPolicy(5, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1)));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            threads.execute(() -> {
                try {
                    outcome.complete(retrying(end).dispatch(to(model)));
                } catch (InterruptedException e) {
                    outcome.completeExceptionally(e);
                }
            });
            await().until(() -> end.calls() == 1 && end.open() == 0);
            abort.trip(AbortCause.CANCEL);

            assertThat(outcome.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(new Outcome.Cancelled());
        }
        assertThat(end.calls()).isEqualTo(1);
    }

    @Test
    void everyRetryShouldBeTheSameLineToAnyReplica() throws InterruptedException {
        RecordingDispatcher end = new RecordingDispatcher(BROKEN, answer(500, "{}"), answer(200, "{}"));
        ModelRequest request = to(patient("m", 3));

        retrying(end).dispatch(request.withReplica(URI.create("http://first:8000")));

        assertThat(end.requests())
                .hasSize(3)
                .allMatch(sent -> sent.id().equals(request.id())
                        && sent.loaded().buffer() == request.loaded().buffer());
        assertThat(end.requests())
                .extracting(sent -> sent.scheduling().attempt())
                .containsExactly(1, 2, 3);
        assertThat(end.requests().get(1).replica()).isEmpty();
    }

    @Test
    void theAnswerOfAnAttemptThatIsRepeatedShouldBeGivenUp() throws InterruptedException {
        MemorySpool dropped = new MemorySpool(new byte[10]);
        MemorySpool kept = new MemorySpool(new byte[10]);
        RecordingDispatcher end = new RecordingDispatcher(spooled(503, dropped), spooled(400, kept));

        try (Outcome outcome = retrying(end).dispatch(to(patient("m", 0)))) {
            assertThat(outcome).isInstanceOf(Outcome.Answered.class);
            assertThat(dropped.isClosed()).isTrue();
            assertThat(kept.isClosed()).isFalse();
        }
    }

    private static Outcome spooled(int status, MemorySpool spool) {
        return new Outcome.Answered(
                status,
                new Answer.Spooled(spool, 0),
                "application/json",
                Optional.empty(),
                "r",
                Optional.empty(),
                Optional.empty());
    }

    private RetryingDispatcher retrying(RequestDispatcher next) {
        return new RetryingDispatcher(next, DispatchObserver.NONE, time, random);
    }

    /** Returns a dispatcher in which every call takes a second of the test's clock. */
    private RequestDispatcher ticking(RequestDispatcher end) {
        return request -> {
            time.advance(Duration.ofSeconds(1));
            return end.dispatch(request);
        };
    }

    private ModelRequest to(Model model) {
        return TestRequests.to(model, abort);
    }

    private static Model patient(String name, int retries) {
        return model(name, retries, Duration.ofMinutes(10));
    }

    private static Model model(String name, int retries, Duration patience) {
        return TestModels.model(
                name, 1, new RetryPolicy(retries, Duration.ofMillis(1), Duration.ofMillis(3), patience));
    }

    private static final class Largest implements RandomGenerator {
        @Override
        public long nextLong() {
            return -1;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    }
}
