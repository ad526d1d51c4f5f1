package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.PythonVenv;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the extensions, with the clients of OpenAI and Anthropic from PyPI. */
class ExtensionClientsIT {
    @Test
    void stockClientsShouldSteerFollowRerunAndReceiveEvents(@TempDir Path folder) throws IOException {
        PythonVenv python = PythonVenv.with(Path.of("target/extension-clients"), "openai==3.57.0", "anthropic==2.14.0");
        try (Simulator model = Simulator.start(
                        SimulatorOptions.defaults().withAnyModel().withLatency(Latency.fixed(Duration.ofMillis(60))));
                GatewayProcess gateway = gateway(folder, model)) {
            PythonVenv.Result result = python.run(
                    "python",
                    Duration.ofMinutes(3),
                    Map.of("OPENAI_BASE_URL", gateway.baseUrl() + "/v1", "BATCH_MODEL", "tiny"),
                    Path.of("../../examples/extensions.py").toAbsolutePath().toString());

            assertThat(result.status()).as(result.output()).isZero();
        }
    }

    private static GatewayProcess gateway(Path folder, Simulator model) throws IOException {
        new ModelsYaml().model("tiny", model.baseUrl(), "max-in-flight: 8").write(folder);
        return GatewayProcess.in(folder)
                .with("BACKFILL_WEBHOOKS_ALLOW", "127.0.0.0/8")
                .start();
    }
}
