package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.FreePorts;
import io.backfill.benchmarks.gateway.GatewayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The offenders with many batches. */
final class BatchOffenders {
    private BatchOffenders() {}

    static List<Offender> all() {
        return List.of(failingStarts(), unknownModels(), creates(), deadModel());
    }

    private static Offender failingStarts() {
        String name = "200-batches-that-fail-to-start";
        return new Offender(name, Offender.Group.BATCHES, scene -> healthyModel(scene, name), scene -> {
                    Path file = InputFile.writeSmall(scene.file("one.jsonl"), name, 1);
                    try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                        String id = client.upload(file);
                        loseBytes(scene.gateway().dataDir(), id);
                        for (int i = 0; i < 200; i++) {
                            client.createBatch(id);
                        }
                    }
                })
                .brief();
    }

    private static List<String> healthyModel(HarmScene scene, String name) throws IOException {
        return List.of(HarmScene.model(
                name, scene.offendingServer("--any-model", "--latency", "50ms").baseUrl(), 32));
    }

    private static void loseBytes(Path data, String file) throws IOException {
        try (Stream<Path> paths = Files.walk(data.resolve("store"))) {
            for (Path path : paths.filter(path -> path.getFileName().toString().contains(file))
                    .toList()) {
                Files.delete(path);
            }
        }
    }

    private static Offender unknownModels() {
        return new Offender(
                        "60-batches-of-32-unknown-models",
                        Offender.Group.BATCHES,
                        // not indented: the default of all models is at the top level of the file
                        scene -> List.of(healthyModel(scene, "\"*\"").getFirst().stripLeading()),
                        scene -> {
                            try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                                for (int batch = 0; batch < 60; batch++) {
                                    int first = batch * 32;
                                    client.createBatch(client.upload(InputFile.write(
                                            scene.file("unknown.jsonl"),
                                            line -> "made-up-" + (first + line),
                                            line -> "",
                                            32,
                                            InputFile.SMALL_LINE)));
                                }
                            }
                        })
                .brief();
    }

    private static Offender creates() {
        String name = "1000-creates-a-second";
        return new Offender(name, Offender.Group.BATCHES, scene -> healthyModel(scene, name), scene -> {
            Path file = InputFile.writeSmall(scene.file("one.jsonl"), name, 1);
            scene.offend("creates", file.toString(), "1000").awaitUnderWay();
        });
    }

    private static Offender deadModel() {
        String name = "10000-batches-on-a-dead-model";
        return new Offender(
                name,
                Offender.Group.BATCHES,
                scene -> List.of(HarmScene.model(
                        name, "http://127.0.0.1:" + FreePorts.take(1).getFirst(), 64)),
                scene -> scene.createBatches(InputFile.writeSmall(scene.file("one.jsonl"), name, 1), 10_000));
    }
}
