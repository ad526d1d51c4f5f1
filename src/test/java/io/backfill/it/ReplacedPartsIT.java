package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.it.house.HouseAuthenticator;
import io.backfill.it.house.HouseQueue;
import io.backfill.it.house.HouseStorage;
import io.backfill.it.server.ExtendedServer;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CDI alternatives that a team deploys in a library of the application replace the node's own parts. */
class ReplacedPartsIT {
    @Test
    void deployedAlternativesShouldReplaceAuthenticatorQueueAndStorage(@TempDir Path folder) throws Exception {
        Path server = ExtendedServer.in(
                folder.resolve("server"), List.of(HouseAuthenticator.class, HouseQueue.class, HouseStorage.class));
        Path data = folder.resolve("data");
        Path files = folder.resolve("house-files");
        try (Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            new ModelsYaml().model("steady", model.baseUrl()).write(data);
            Path refused = folder.resolve("refused");
            assertThatThrownBy(() -> extended(server, refused, refused.resolve("files"))
                            .start()
                            .close())
                    .hasMessageContaining("status 2");
            assertThat(Files.readString(refused.resolve("log/console.log")))
                    .contains("set backfill.auth.mode=alternative, or remove its jar");

            try (GatewayProcess extended = extended(server, data, files)
                            .with("BACKFILL_AUTH_MODE", "alternative")
                            .start();
                    Api nobody = Api.of(extended.baseUrl());
                    Api guest = nobody.with("X-House-Badge", "guest");
                    Api janitor = nobody.with("X-House-Badge", "janitor")) {
                assertThat(nobody.get("/v1/files")
                                .expect(401)
                                .error()
                                .path("message")
                                .asText())
                        .isEqualTo("Show your badge.");
                guest.post("/v1/admin/batches/unknown/resume").expect(403);
                janitor.post("/v1/admin/batches/unknown/resume").expect(404);

                Batches batches = new Batches(guest);
                BatchView batch = batches.awaitEnd(
                        batches.create(guest.upload(InputLines.chat("steady", 20)))
                                .id(),
                        "completed");

                assertThat(batch.completed()).isEqualTo(20);
                janitor.get("/v1/batches/" + batch.id()).expect(404);
                assertThat(files.resolve("files").resolve(batch.outputFile().orElseThrow()))
                        .isRegularFile();
                assertThat(extended.logs())
                        .contains(
                                "Authenticator is replaced by a deployed alternative: "
                                        + HouseAuthenticator.class.getName(),
                                "BatchQueue is replaced by a deployed alternative: " + HouseQueue.class.getName(),
                                "Storage is replaced by a deployed alternative: " + HouseStorage.class.getName())
                        .doesNotContain(" ERROR ");
            }
        }
    }

    private static GatewayProcess.Builder extended(Path server, Path data, Path files) {
        return GatewayProcess.in(data)
                .with("BACKFILL_SERVER_DIR", server.toString())
                .with("HOUSE_FOLDER", files.toString())
                .with("HOUSE_OPERATORS", "porter, janitor,");
    }
}
