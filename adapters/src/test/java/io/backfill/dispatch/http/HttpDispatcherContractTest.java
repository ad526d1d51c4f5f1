package io.backfill.dispatch.http;

import io.backfill.dispatch.RequestDispatcher;
import io.backfill.dispatch.RequestDispatcherContract;
import io.backfill.models.Model;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;

class HttpDispatcherContractTest implements RequestDispatcherContract {
    private final ScriptedServer server = new ScriptedServer(ScriptedServer.json(200, "{}"));
    private final ScheduledThreadPoolExecutor timer = Calls.timer();
    private final HttpDispatcher dispatcher =
            new HttpDispatcher(HttpConfig.DEFAULT, timer, () -> Instant.EPOCH, System::nanoTime);
    private final Model model = Calls.model(Duration.ofMillis(600), server.uri());

    @AfterEach
    void close() {
        dispatcher.close();
        timer.shutdownNow();
        server.close();
    }

    @Override
    public RequestDispatcher testee() {
        return dispatcher;
    }

    @Override
    public Model model() {
        return model;
    }

    @Override
    public void modelAnswers(int status, String contentType, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        server.script((request, connection) -> {
            connection.write(ScriptedServer.answer(status, contentType, text));
            return true;
        });
    }

    @Override
    public void modelEchoes() {
        server.script((request, connection) -> {
            String text = new String(request.body(), StandardCharsets.UTF_8);
            connection.write(ScriptedServer.answer(200, "application/json", text));
            return true;
        });
    }

    @Override
    public void modelHangs() {
        server.script((request, connection) -> {
            connection.hang();
            return false;
        });
    }

    @Override
    public void modelIsAway() {
        server.close();
    }

    @Override
    public void awaitReceived(int requests) throws InterruptedException {
        server.awaitRequests(requests);
    }
}
