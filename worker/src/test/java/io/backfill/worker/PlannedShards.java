package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backfill.batches.SealedHeaders;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import io.backfill.offload.IndexRanges;
import io.backfill.offload.ShardManifest;
import io.backfill.plan.PlanConfig;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanOrder;
import io.backfill.plan.PlanResult;
import io.backfill.plan.Planner;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLogs;
import io.backfill.results.Segment;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A batch that a gateway has planned for pods, and the environment that its Job sets for each of them. */
final class PlannedShards {
    static final String MODEL = "tiny-sim";
    static final long LEASE_EPOCH = 3;

    private static final String ENDPOINT = "/v1/chat/completions";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BatchId id = SeededIds.batch(7);
    private final FileStore store;
    private final PlanManifest plan;

    private PlannedShards(FileStore store, PlanManifest plan) {
        this.store = store;
        this.plan = plan;
    }

    /** Plans {@code lines} lines with the custom ids {@code c0}, {@code c1} and so on, in shards of {@code perShard}. */
    static PlannedShards in(FileStore store, int lines, int perShard) throws IOException {
        BatchId id = SeededIds.batch(7);
        StringBuilder input = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            input.append("{\"custom_id\":\"c")
                    .append(i)
                    .append("\",\"method\":\"POST\",\"url\":\"")
                    .append(ENDPOINT);
            input.append("\",\"body\":{\"model\":\"").append(MODEL);
            input.append("\",\"messages\":[{\"role\":\"user\",\"content\":\"line ")
                    .append(i)
                    .append("\"}]}}\n");
        }
        String key = "files/input-of-" + id.value();
        store.put(key, new ByteArrayInputStream(input.toString().getBytes(StandardCharsets.UTF_8)), Long.MAX_VALUE);
        PlanResult result = new Planner(store, PlanConfig.DEFAULT, ENDPOINT::equals, MODEL::equals)
                .plan(id, ENDPOINT, key, PlanOrder.FILE, any -> OptionalInt.of(perShard), () -> false);
        assertThat(result).isInstanceOf(PlanResult.Planned.class);
        return new PlannedShards(store, ((PlanResult.Planned) result).manifest());
    }

    BatchId id() {
        return id;
    }

    PlanManifest plan() {
        return plan;
    }

    static String models(String address) {
        return """
               models:
                 %s:
                   replicas: ["%s"]
                   max-in-flight: 64
               """.formatted(MODEL, address);
    }

    ShardManifest manifest(String address, int slots) {
        return new ShardManifest(
                id,
                TenantId.DEFAULT,
                ENDPOINT,
                Instant.now().plus(Duration.ofHours(1)),
                LEASE_EPOCH,
                models(address),
                Map.of(MODEL, slots),
                SealedHeaders.NONE);
    }

    /** Stores the manifest and returns the environment of pod {@code index}, without the location of the store. */
    Map<String, String> pod(ShardManifest manifest, int index) throws IOException {
        String key = ShardManifest.key(id, LEASE_EPOCH, 1);
        store.put(key, new ByteArrayInputStream(manifest.toJson()), Long.MAX_VALUE);
        Map<String, String> environment = new HashMap<>();
        environment.put("BATCH_ID", id.value());
        environment.put("GENERATION", "1");
        List<Integer> partitions = new ArrayList<>();
        plan.models().forEach(part -> partitions.add(part.partition()));
        environment.put("PARTITIONS", IndexRanges.format(partitions));
        environment.put("MANIFEST", key);
        environment.put("GRACE_SECONDS", "20");
        environment.put("JOB_COMPLETION_INDEX", Integer.toString(index));
        return environment;
    }

    /** Returns the number of the line that a call was made for, from 1. */
    static int lineOf(String requestId) {
        return LineId.lineAt(requestId.getBytes(StandardCharsets.US_ASCII), 0);
    }

    /** Returns the custom ids in the log according to its newest checkpoint, in the order of its segments. */
    List<String> recorded(ResultLogs logs, int partition) throws IOException {
        Checkpoint newest = logs.newest(id, partition);
        List<String> ids = new ArrayList<>();
        for (Segment segment : newest.segments()) {
            ids.addAll(customIds(partition, segment.name(), segment.length()));
        }
        assertThat(newest.done().cardinality()).isEqualTo(ids.size());
        return ids;
    }

    /** Returns the custom ids of all whole lines that any owner has written, whether recorded or not. */
    List<String> written(int partition) throws IOException {
        List<String> ids = new ArrayList<>();
        String folder = ResultLogs.folder(id, partition) + "/";
        for (String key : store.list(folder.substring(0, folder.length() - 1), Integer.MAX_VALUE)) {
            String name = key.substring(folder.length());
            if (Segment.ofName(name, 0).isPresent()) {
                ids.addAll(customIds(partition, name, store.size(key).orElseThrow()));
            }
        }
        return ids;
    }

    private List<String> customIds(int partition, String segment, long length) throws IOException {
        byte[] bytes;
        try (var blob = store.open(ResultLogs.folder(id, partition) + "/" + segment);
                InputStream in = blob.stream(0, length)) {
            bytes = in.readAllBytes();
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        List<String> ids = new ArrayList<>();
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            JsonNode object = JSON.readTree(line);
            ids.add(object.get("custom_id").asText());
        }
        return ids;
    }

    void deletePlan() throws IOException {
        store.delete(PlanManifest.key(id));
    }

    /** Deletes the input to which the plan refers, but not the plan. */
    void deleteInput() throws IOException {
        store.delete(plan.inputKey());
    }
}
