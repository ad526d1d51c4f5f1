package io.backfill.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The user and the server's own API, against the simulator. */
class InteractiveUserTest {
    private static final String MODEL = "m";

    private static List<StreamTimes> untilTwoRequests(EngineServer server, Simulator simulator) throws IOException {
        ChatBody body = server.body();
        PromptText text = PromptText.calibrate(server, body);
        long received = simulator.stats().received();
        long from = System.nanoTime();
        try (InteractiveUser user = InteractiveUser.start(server, body, text, 1)) {
            while (simulator.stats().received() < received + 2) {
                LockSupport.parkNanos(1_000_000);
            }
            return user.stop(from, System.nanoTime());
        }
    }

    @Test
    void everyTokenOfAStreamShouldHaveATimeInOrder() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().withModels(MODEL));
                EngineServer server = new EngineServer(simulator.baseUrl() + "/v1/", MODEL, Optional.of("key"))) {
            List<StreamTimes> streams = untilTwoRequests(server, simulator);

            assertThat(streams).hasSize(2);
            assertThat(streams).allSatisfy(stream -> {
                assertThat(stream.tokens()).hasSize(12).isSorted();
                assertThat(stream.firstMillis()).isPositive();
            });
            assertThat((streams.get(1).sentAt() - streams.get(0).sentAt()) / 1e6)
                    .isBetween(700.0, 5_000.0);
        }
    }

    @Test
    void aRefusedRequestShouldBeAFailedStream() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().withModels(MODEL));
                EngineServer server = new EngineServer(simulator.baseUrl().toString(), MODEL, Optional.empty())) {
            ChatBody unknown = new ChatBody("other", true);
            long from = System.nanoTime();
            try (InteractiveUser user = InteractiveUser.start(server, unknown, new PromptText(1.5, 0), 1)) {
                while (simulator.stats().received() < 1) {
                    LockSupport.parkNanos(1_000_000);
                }
                assertThat(user.stop(from, System.nanoTime())).hasSize(1).allMatch(StreamTimes::failed);
            }
        }
    }
}
