package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.FreePorts;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.SimulatorServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The offenders of {@code bench harm}, in the order in which they run. */
final class Offenders {
    private static final int MEGABYTE = 1_000_000;
    private static final int MEBIBYTE = 1 << 20;
    private static final int SMALL_LINE = 512;
    private static final String ANY_HANG = "{\"rules\":[{\"fault\":\"hang\"}]}";

    private Offenders() {}

    static List<Offender> all() {
        List<Offender> all = new ArrayList<>();
        all.add(largeLines("12-batches-of-1MiB-lines", 12, 40, MEBIBYTE));
        all.add(largeLines("5-batches-of-13-lines-of-15MB", 5, 13, 15 * MEGABYTE));
        all.add(largeAnswers("64-answers-of-20MB", 64, 20 * MEGABYTE));
        all.add(largeAnswers("64-answers-of-64MB", 64, 64 * MEGABYTE));
        all.add(largeAnswers("512-answers-of-3MB", 512, 3 * MEGABYTE));
        all.add(failingStarts());
        all.add(unknownModels());
        all.add(creates());
        all.add(deadModel());
        all.add(replica("replica-401", status(401, "")));
        all.add(replica("replica-403", status(403, "")));
        all.add(replica("replica-404", status(404, "")));
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
        all.add(client("1000-slow-uploads", "slow-uploads", "1000"));
        all.add(slowDownloads());
        all.add(client("1000-idle-without-key", "idle", "1000"));
        all.add(uploads());
        return List.copyOf(all);
    }

    private static String status(int status, String retryAfter) {
        return "{\"fault\":\"status\",\"status\":" + status
                + (retryAfter.isEmpty() ? "" : ",\"retryAfter\":\"" + retryAfter + "\"") + "}";
    }

    /** The disturbance, started once the gateway runs. */
    @FunctionalInterface
    private interface Deed {
        void begin(HarmScene scene) throws IOException;
    }

    /** Creates an offender's models. */
    @FunctionalInterface
    private interface Servers {
        List<String> models(HarmScene scene) throws IOException;
    }

    private record Plain(
            String name, Group group, Map<String, String> settings, boolean isBrief, Servers servers, Deed deed)
            implements Offender {
        Plain(String name, Group group, Map<String, String> settings, Servers servers, Deed deed) {
            this(name, group, settings, false, servers, deed);
        }

        Plain brief() {
            return new Plain(name, group, settings, true, servers, deed);
        }

        @Override
        public List<String> models(HarmScene scene) throws IOException {
            return servers.models(scene);
        }

        @Override
        public void begin(HarmScene scene) throws IOException {
            deed.begin(scene);
        }
    }

    private static final Map<String, String> FREE_CREATES = Map.of("BACKFILL_BATCHES_CREATES_PER_HOUR", "0");

    private static void createBatches(HarmScene scene, Path file, int count) throws IOException {
        scene.offend("batches", file.toString(), Integer.toString(count)).awaitUnderWay();
    }

    private static Offender largeLines(String name, int batches, int lines, int bytes) {
        return new Plain(
                name,
                Offender.Group.MEMORY,
                Map.of(),
                scene -> {
                    SimulatorServer hanging = scene.offendingServer("--any-model");
                    hanging.faults(ANY_HANG);
                    return List.of(HarmScene.model(name, hanging.baseUrl(), 64));
                },
                scene -> createBatches(scene, InputFile.write(scene.file("large.jsonl"), name, lines, bytes), batches));
    }

    private static Offender largeAnswers(String name, int open, int bytes) {
        return new Plain(
                        name,
                        Offender.Group.MEMORY,
                        Map.of(),
                        scene -> {
                            SimulatorServer server = scene.offendingServer("--any-model", "--latency", "2s");
                            // slightly smaller than the largest accepted answer
                            server.faults("{\"rules\":[{\"fault\":\"large\",\"bytes\":" + (bytes - 10_000) + "}]}");
                            return List.of(HarmScene.model(name, server.baseUrl(), open));
                        },
                        scene -> createBatches(
                                scene, InputFile.write(scene.file("answers.jsonl"), name, open, SMALL_LINE), 1))
                .brief();
    }

    private static Offender deadModel() {
        String name = "10000-batches-on-a-dead-model";
        return new Plain(
                name,
                Offender.Group.BATCHES,
                FREE_CREATES,
                scene -> List.of(HarmScene.model(
                        name, "http://127.0.0.1:" + FreePorts.take(1).getFirst(), 64)),
                scene -> createBatches(scene, InputFile.write(scene.file("one.jsonl"), name, 1, SMALL_LINE), 10_000));
    }

    private static Offender failingStarts() {
        String name = "200-batches-that-fail-to-start";
        return new Plain(name, Offender.Group.BATCHES, FREE_CREATES, scene -> healthyModel(scene, name), scene -> {
                    Path file = InputFile.write(scene.file("one.jsonl"), name, 1, SMALL_LINE);
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
        return new Plain(
                        "60-batches-of-32-unknown-models",
                        Offender.Group.BATCHES,
                        FREE_CREATES,
                        scene -> List.of("\"*\": { replicas: [ \""
                                + scene.offendingServer("--any-model", "--latency", "50ms")
                                        .baseUrl()
                                + "\" ], max-in-flight: 32 }\n"),
                        scene -> {
                            try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                                for (int batch = 0; batch < 60; batch++) {
                                    int first = batch * 32;
                                    client.createBatch(client.upload(InputFile.write(
                                            scene.file("unknown.jsonl"),
                                            line -> "made-up-" + (first + line),
                                            line -> "",
                                            32,
                                            SMALL_LINE)));
                                }
                            }
                        })
                .brief();
    }

    private static Offender creates() {
        String name = "1000-creates-a-second";
        return new Plain(
                name,
                Offender.Group.BATCHES,
                FREE_CREATES,
                scene -> healthyModel(scene, name),
                scene -> scene.offend(
                                "creates",
                                InputFile.write(scene.file("one.jsonl"), name, 1, SMALL_LINE)
                                        .toString(),
                                "1000")
                        .awaitUnderWay());
    }

    /** One of four replicas has the fault; no line may be lost. */
    private static final class BadReplica implements Offender {
        private static final int LINES = 20_000;

        private final String name;
        private final String fault;
        private String batch = "";

        BadReplica(String name, String fault) {
            this.name = name;
            this.fault = fault;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Group group() {
            return Group.REPLICAS;
        }

        @Override
        public List<String> models(HarmScene scene) throws IOException {
            SimulatorServer good = scene.offendingServer("--any-model", "--latency", "200ms", "--replicas", "3");
            SimulatorServer bad = scene.offendingServer("--any-model", "--latency", "200ms");
            bad.faults("{\"rules\":[" + fault + "]}");
            List<String> replicas = new ArrayList<>(List.of(bad.baseUrl()));
            IntStream.range(0, 3).mapToObj(good::replicaUrl).forEach(replicas::add);
            return List.of(HarmScene.model(name, replicas, 32));
        }

        @Override
        public void begin(HarmScene scene) throws IOException {
            Path file = InputFile.write(scene.file("offender.jsonl"), name, LINES, SMALL_LINE);
            try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                batch = client.createBatch(client.upload(file)).id();
            }
        }

        @Override
        public long lost(HarmScene scene) throws IOException {
            try (GatewayClient client = scene.client(HarmScene.OFFENDER)) {
                BatchState now = client.batch(batch);
                // a batch without a single result makes no progress at all
                return now.completed() == 0 ? LINES : now.failed();
            }
        }
    }

    private static Offender replica(String name, String fault) {
        return new BadReplica(name, fault);
    }

    private static Offender refusedLines() {
        String name = "some-lines-always-429";
        return new Plain(
                name,
                Offender.Group.REPLICAS,
                Map.of(),
                scene -> {
                    SimulatorServer server = scene.offendingServer("--any-model", "--latency", "200ms");
                    server.faults("{\"rules\":[{\"fault\":\"status\",\"status\":429,\"match\":\"refuse-me\"}]}");
                    return List.of(HarmScene.model(name, server.baseUrl(), 32));
                },
                scene -> createBatches(
                        scene,
                        InputFile.write(
                                scene.file("some.jsonl"),
                                line -> name,
                                line -> line % 20 == 0 ? "refuse-me " : "",
                                20_000,
                                SMALL_LINE),
                        1));
    }

    private static Offender slowModels() {
        String name = "6-slow-models-of-512-calls";
        return new Plain(
                name,
                Offender.Group.REPLICAS,
                Map.of(),
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
                                    InputFile.write(scene.file("slow.jsonl"), name + "-" + i, 5_000, SMALL_LINE)));
                        }
                    }
                });
    }

    private static Offender client(String name, String... deed) {
        return new Plain(
                name,
                Offender.Group.CLIENTS,
                Map.of(),
                scene -> List.of(),
                scene -> scene.offend(deed).awaitUnderWay());
    }

    private static Offender slowDownloads() {
        return new Plain(
                "1000-slow-downloads",
                Offender.Group.CLIENTS,
                Map.of(),
                scene -> List.of(),
                scene -> scene.offend(
                                "slow-downloads",
                                InputFile.write(scene.file("download.jsonl"), "any", 20_000, 1024)
                                        .toString(),
                                "1000")
                        .awaitUnderWay());
    }

    private static Offender uploads() {
        return new Plain(
                "200MB-uploads-without-a-pause",
                Offender.Group.CLIENTS,
                Map.of(),
                scene -> List.of(),
                scene -> scene.offend(
                                "uploads",
                                InputFile.write(scene.file("upload.jsonl"), "any", 50_000, 4_000)
                                        .toString(),
                                "4")
                        .awaitUnderWay());
    }
}
