package io.backfill.dispatch.http;

import static io.backfill.dispatch.http.Calls.call;
import static io.backfill.dispatch.http.Calls.model;
import static io.backfill.dispatch.http.Calls.request;
import static io.backfill.dispatch.http.Calls.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.dispatch.Outcome;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests which connections serve which calls while the models change. */
@Timeout(30)
class ModelPoolsTest {
    @TempDir
    Path folder;

    private final CountDownLatch gate = new CountDownLatch(1);
    private final ScriptedServer one = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private final ScriptedServer two = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final AtomicLong nanos = new AtomicLong();
    private final HttpDispatcher dispatcher =
            new HttpDispatcher(HttpConfig.DEFAULT, timer, () -> Instant.EPOCH, nanos::get);

    @AfterEach
    void close() {
        gate.countDown();
        dispatcher.close();
        timer.shutdownNow();
        one.close();
        two.close();
    }

    private void bothWaitAtTheGate() {
        ScriptedServer.Script waiting = (request, connection) -> {
            gate.await();
            connection.write(ScriptedServer.answer(200, "application/json", "{}"));
            return true;
        };
        one.script(waiting);
        two.script(waiting);
    }

    @Test
    void callsShouldGoWhereTheFewestAreOpen() throws Exception {
        bothWaitAtTheGate();
        Model model = model(one.uri(), two.uri());
        List<CompletableFuture<Outcome>> calls = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            calls.add(start(dispatcher, request(model)));
            int sent = i;
            Awaitility.await()
                    .until(() -> one.requests().size() + two.requests().size() == sent);
        }

        assertThat(one.requests()).hasSize(5);
        assertThat(two.requests()).hasSize(5);
        gate.countDown();
        for (CompletableFuture<Outcome> call : calls) {
            assertThat(call.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Answered.class);
        }
    }

    @Test
    void callsOneAfterAnotherShouldTakeTurns() throws Exception {
        Model model = model(one.uri(), two.uri());
        for (int i = 0; i < 10; i++) {
            call(dispatcher, request(model));
        }

        assertThat(one.requests()).hasSize(5);
        assertThat(two.requests()).hasSize(5);
    }

    @Test
    void changedModelShouldBeCalledAsItIsNowWhileOldCallsRunOut() throws Exception {
        bothWaitAtTheGate();
        CompletableFuture<Outcome> old = start(dispatcher, request(model(one.uri())));
        one.awaitRequests(1);
        CompletableFuture<Outcome> fresh = start(dispatcher, request(model(two.uri())));
        two.awaitRequests(1);
        gate.countDown();

        assertThat(old.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Answered.class);
        assertThat(fresh.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.Answered.class);
        // its pool was replaced, so the connection closes when its call has returned
        one.awaitClosed(1);
    }

    /** These calls were admitted under the earlier configuration and reach the pools late. */
    @Test
    void callsFromBeforeAnEditShouldNotUndoIt() throws Exception {
        Model old = model(one.uri());
        Model fresh = model(two.uri());
        for (int i = 0; i < 50; i++) {
            call(dispatcher, request(fresh).withModel(fresh, 2));
            call(dispatcher, request(old).withModel(old, 1));
        }

        assertThat(one.accepted() + two.accepted()).isEqualTo(1);
    }

    @Test
    void equalModelShouldKeepItsConnections() throws Exception {
        call(dispatcher, request(model(one.uri())));
        call(dispatcher, request(model(one.uri())));

        assertThat(one.accepted()).isEqualTo(1);
    }

    @Test
    void maintainShouldReadAKeyThatChanged() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "first");
        Model model = withKey(key);
        call(dispatcher, request(model));

        Files.writeString(key, "second");
        call(dispatcher, request(model));
        dispatcher.maintain();
        call(dispatcher, request(model));

        assertThat(one.requests())
                .extracting(request -> request.headers("Authorization").getFirst())
                .containsExactly("Bearer first", "Bearer first", "Bearer second");
    }

    @Test
    void maintainShouldKeepTheKeyWhenItsFileIsGone() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "first");
        Model model = withKey(key);
        call(dispatcher, request(model));

        Files.delete(key);
        dispatcher.maintain();

        assertThat(call(dispatcher, request(model))).isInstanceOf(Outcome.Answered.class);
    }

    @Test
    void modelShouldBeUnreachableWhenItsKeyFileIsMissing() throws Exception {
        Outcome outcome = call(dispatcher, request(withKey(folder.resolve("missing"))));

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Unreachable.class, unreachable -> {
            assertThat(unreachable.sent()).isFalse();
            assertThat(unreachable.reason()).doesNotContain(folder.toString());
        });
    }

    @Test
    void maintainShouldCloseConnectionsThatNobodyUses() throws Exception {
        call(dispatcher, request(model(one.uri())));

        dispatcher.maintain();
        assertThat(call(dispatcher, request(model(one.uri())))).isInstanceOf(Outcome.Answered.class);
        assertThat(one.accepted()).isEqualTo(1);
        nanos.addAndGet(ReplicaPool.MAX_IDLE_NANOS);
        dispatcher.maintain();

        one.awaitClosed(1);
    }

    @Test
    void connectionShouldNotServeAgainWhenItWasIdleForTooLong() throws Exception {
        call(dispatcher, request(model(one.uri())));
        nanos.addAndGet(ReplicaPool.MAX_IDLE_NANOS);
        call(dispatcher, request(model(one.uri())));

        assertThat(one.accepted()).isEqualTo(2);
    }

    @Test
    void closeShouldCloseIdleConnections() throws Exception {
        call(dispatcher, request(model(one.uri())));
        dispatcher.close();

        one.awaitClosed(1);
    }

    private Model withKey(Path key) {
        return new Model(
                "m",
                List.of(one.uri()),
                4,
                Duration.ofSeconds(10),
                RetryPolicy.DEFAULT,
                Optional.of(key),
                false,
                Map.of(),
                Optional.empty(),
                ModelTuning.DEFAULT);
    }
}
