package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.SimulatorServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The offenders whose replicas fail, refuse or are slow. */
final class ReplicaOffenders {
    private static final int LINES = 20_000;

    private ReplicaOffenders() {}

    static List<Offender> all() {
        List<Offender> all = new ArrayList<>();
        for (int code : new int[] {401, 403, 404}) {
            all.add(replica("replica-" + code, status(code, "")));
        }
        all.add(replica("replica-hangs", "{\"fault\":\"hang\"}"));
        all.add(replica("replica-closes-after-headers", "{\"fault\":\"headers\"}"));
        all.add(replica("replica-trickles", "{\"fault\":\"trickle\",\"ms\":1000}"));
        all.add(replica("replica-compresses", "{\"fault\":\"gzip\"}"));
        for (int code : new int[] {429, 503}) {
            all.add(replica("replica-" + code + "-for-an-hour", status(code, "3600")));
            all.add(replica("replica-" + code + "-for-a-day", status(code, "86400")));
            all.add(replica("replica-" + code + "-until-9999", status(code, "Fri, 31 Dec 9999 23:59:59 GMT")));
        }
        all.add(refusedLines());
        all.add(slowModels());
        return all;
    }

    private static String status(int status, String retryAfter) {
        return "{\"fault\":\"status\",\"status\":" + status
                + (retryAfter.isEmpty() ? "" : ",\"retryAfter\":\"" + retryAfter + "\"") + "}";
    }

    /** One of four replicas has the fault; no line may be lost. */
    private static Offender replica(String name, String fault) {
        AtomicReference<String> batch = new AtomicReference<>("");
        return new Offender(
                name,
                Offender.Group.REPLICAS,
                false,
                scene -> {
                    SimulatorServer good =
                            scene.offendingServer("--any-model", "--latency", "200ms", "--replicas", "3");
                    SimulatorServer bad = scene.offendingServer("--any-model", "--latency", "200ms");
                    bad.faults("{\"rules\":[" + fault + "]}");
                    List<String> replicas = new ArrayList<>(List.of(bad.baseUrl()));
                    IntStream.range(0, 3).mapToObj(good::replicaUrl).forEach(replicas::add);
                    return List.of(HarmScene.model(name, replicas, 32));
                },
                scene -> {
                    Path file = InputFile.writeSmall(scene.file("offender.jsonl"), name, LINES);
                    try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                        batch.set(client.createBatch(client.upload(file)).id());
                    }
                },
                scene -> {
                    try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                        BatchState now = client.batch(Objects.requireNonNull(batch.get()));
                        // a batch without a single result makes no progress at all
                        return now.completed() == 0 ? LINES : now.failed();
                    }
                });
    }

    private static Offender refusedLines() {
        String name = "some-lines-always-429";
        String fault = "{\"fault\":\"status\",\"status\":429,\"match\":\"refuse-me\"}";
        return new Offender(
                name,
                Offender.Group.REPLICAS,
                scene -> scene.faultyModel(name, 32, fault, "--any-model", "--latency", "200ms"),
                scene -> scene.createBatches(
                        InputFile.write(
                                scene.file("some.jsonl"),
                                line -> name,
                                line -> line % 20 == 0 ? "refuse-me " : "",
                                LINES,
                                InputFile.SMALL_LINE),
                        1));
    }

    private static Offender slowModels() {
        String name = "6-slow-models-of-512-calls";
        return new Offender(
                name,
                Offender.Group.REPLICAS,
                scene -> {
                    SimulatorServer slow = scene.offendingServer("--any-model", "--latency", "20s");
                    return IntStream.rangeClosed(1, 6)
                            .mapToObj(i -> HarmScene.model(name + "-" + i, slow.baseUrl(), 512))
                            .toList();
                },
                scene -> {
                    try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                        for (int i = 1; i <= 6; i++) {
                            client.createBatch(client.upload(
                                    InputFile.writeSmall(scene.file("slow.jsonl"), name + "-" + i, 5_000)));
                        }
                    }
                });
    }
}
