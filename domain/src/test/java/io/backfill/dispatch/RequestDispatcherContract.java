package io.backfill.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import io.backfill.testing.TestRequests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that every {@link RequestDispatcher} that really calls a model must pass. */
@Timeout(30)
public interface RequestDispatcherContract {
    BatchId BATCH = new BatchId("batch_0123456789abcdef0123456789abcdef");

    RequestDispatcher testee();

    /** Returns the model that the dispatcher under test calls. Its time-out is at most a second, and its cap at least eight. */
    Model model();

    /** From now on the model returns this answer to every request. */
    void modelAnswers(int status, String contentType, byte[] body);

    /** From now on the model returns the body of each request. */
    void modelEchoes();

    /** From now on the model accepts requests and does not answer. */
    void modelHangs();

    /** From now on connections to the model are refused. */
    void modelIsAway();

    /** Waits until the model has received {@code requests} requests in total. */
    void awaitReceived(int requests) throws InterruptedException;

    @Test
    default void dispatchShouldGiveTheAnswerAsItCame() throws Exception {
        byte[] answer = "{\r\n  \"näme\": 1.0\n}\n".getBytes(UTF_8);
        modelAnswers(200, "application/json", answer);

        Outcome outcome = testee().dispatch(request("{}"));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Answered.class, answered -> {
            assertThat(answered.status()).isEqualTo(200);
            assertThat(bytes(answered)).isEqualTo(answer);
            assertThat(answered.contentType()).startsWith("application/json");
            assertThat(answered.requestId()).isNotEmpty();
            assertThat(answered.retryAfter()).isEmpty();
        });
    }

    @Test
    default void dispatchShouldSendTheRangeOfTheBufferByteForByte() throws Exception {
        modelEchoes();
        String body = "{\"n\": 1.0, \"big\":12345678901234567890, \"u\":\"\\u0000é\" }";
        byte[] buffer = ("before" + body + "behind").getBytes(UTF_8);

        Outcome outcome =
                testee().dispatch(request(buffer, 6, body.getBytes(UTF_8).length, new AbortSignal(System::nanoTime)));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Answered.class,
                        answered -> assertThat(bytes(answered)).isEqualTo(body.getBytes(UTF_8)));
    }

    @Test
    default void dispatchShouldGiveAnErrorStatusAsAValue() throws Exception {
        modelAnswers(500, "text/plain", "broken".getBytes(UTF_8));

        assertThat(testee().dispatch(request("{}")))
                .isInstanceOfSatisfying(
                        Outcome.Answered.class,
                        answered -> assertThat(answered.status()).isEqualTo(500));
    }

    @Test
    default void dispatchShouldSayTimedOutWhenTheModelHangs() throws Exception {
        modelHangs();
        long start = System.nanoTime();

        assertThat(testee().dispatch(request("{}"))).isInstanceOf(Outcome.TimedOut.class);

        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(model().timeout().toNanos());
    }

    @Test
    default void dispatchShouldSayThatNothingWasSentWhenNobodyListens() throws Exception {
        modelIsAway();

        assertThat(testee().dispatch(request("{}"))).isInstanceOfSatisfying(Outcome.Unreachable.class, unreachable -> {
            assertThat(unreachable.sent()).isFalse();
            assertThat(unreachable.reason()).isNotBlank().doesNotContain("Exception", "java.");
        });
    }

    @Test
    default void dispatchShouldBeCancelledWhenTheAbortWasCutBefore() throws Exception {
        modelAnswers(200, "application/json", "{}".getBytes(UTF_8));
        AbortSignal abort = new AbortSignal(System::nanoTime);
        abort.trip(AbortCause.CANCEL);
        abort.cut();

        assertThat(testee().dispatch(request("{}", abort))).isInstanceOf(Outcome.Cancelled.class);
    }

    @Test
    default void dispatchShouldBeCancelledWhenTheAbortIsCutWhileTheModelHangs() throws Exception {
        modelHangs();
        AbortSignal abort = new AbortSignal(System::nanoTime);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Outcome> outcome = threads.submit(() -> testee().dispatch(request("{}", abort)));
            awaitReceived(1);
            abort.trip(AbortCause.CANCEL);
            abort.cut();

            assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.Cancelled.class);
        }
    }

    @Test
    default void dispatchShouldWorkAgainWhenTheModelDoes() throws Exception {
        modelHangs();
        testee().dispatch(request("{}"));
        modelAnswers(200, "application/json", "{}".getBytes(UTF_8));

        assertThat(testee().dispatch(request("{}"))).isInstanceOf(Outcome.Answered.class);
    }

    @Test
    default void dispatchShouldGiveEveryThreadItsOwnAnswer() throws Exception {
        modelEchoes();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> workers = new ArrayList<>();
            for (int worker = 0; worker < 8; worker++) {
                int number = worker;
                workers.add(threads.submit(() -> echoes(number)));
            }
            for (int worker = 0; worker < 8; worker++) {
                assertThat(workers.get(worker).get(20, TimeUnit.SECONDS)).isEqualTo(bodies(worker));
            }
        }
    }

    private List<String> echoes(int worker) throws InterruptedException {
        List<String> answers = new ArrayList<>();
        for (String body : bodies(worker)) {
            Outcome outcome = testee().dispatch(request(body));
            answers.add(
                    outcome instanceof Outcome.Answered answered ? new String(bytes(answered), UTF_8) : "" + outcome);
        }
        return answers;
    }

    private static byte[] bytes(Outcome.Answered answered) {
        try {
            return answered.answer().bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> bodies(int worker) {
        return IntStream.range(0, 50)
                .mapToObj(i -> "{\"worker\":" + worker + ",\"i\":" + i + "}")
                .toList();
    }

    /** Returns a request for {@link #model} with this body. */
    default ModelRequest request(String body) {
        return request(body, new AbortSignal(System::nanoTime));
    }

    /** Returns a request for {@link #model} with this body, which {@code abort} can end. */
    default ModelRequest request(String body, AbortSignal abort) {
        byte[] bytes = body.getBytes(UTF_8);
        return request(bytes, 0, bytes.length, abort);
    }

    private ModelRequest request(byte[] buffer, int start, int length, AbortSignal abort) {
        return TestRequests.of(
                model(),
                TestRequests.line(TenantId.DEFAULT, BATCH, 1, Map.of()),
                new RequestBody.Loaded(buffer, start, length),
                abort);
    }
}
