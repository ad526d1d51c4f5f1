package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.Nodes;
import io.backfill.it.support.Nodes.Node;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results are read at a node that does not run the batch, while the node that does is killed; and a rest is run again. */
class ResultsIT {
    private static final int LINES = 400;

    @Test
    void everyLineShouldComeOnceToReadersAtAnotherNode(@TempDir Path folder) throws Exception {
        try (SharedStores stores = SharedStores.start("single", folder);
                Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel())) {
            model.latency(Latency.fixed(Duration.ofMillis(100)));
            Path models = Files.createDirectories(folder.resolve("models"));
            new ModelsYaml()
                    .model("steady", model.baseUrl(), "max-in-flight: 16")
                    .write(models);
            try (Nodes nodes = Nodes.start(
                    stores,
                    folder,
                    List.of("one", "two"),
                    Map.of(
                            "BACKFILL_MODELS_FILE",
                            models.resolve("models.yaml").toString(),
                            "BACKFILL_JOBS_LEASE",
                            "5s"))) {
                Node survivor = read(nodes, nodes.get(0).batches().submit(InputLines.chat("steady", LINES)));
                runRestAgain(survivor);
            }
        }
    }

    /** Returns the node that is left. */
    private static Node read(Nodes nodes, BatchView batch) throws Exception {
        await().until(() -> nodes.get(0).batches().get(batch.id()).completed() > 50);
        Node holder = nodes.holder(batch.id());
        Node other = nodes.other(holder);
        List<String> followed = new CopyOnWriteArrayList<>();
        Thread follower = Thread.startVirtualThread(() -> follow(other, batch, followed));
        Page first = Page.read(holder, batch, "");
        assertThat(first.lines()).isNotEmpty();

        holder.gateway().kill9();

        List<String> paged = new ArrayList<>(first.lines());
        String cursor = first.cursor();
        BatchView ended = other.batches().awaitEnd(batch.id(), "completed");
        for (Page page = Page.read(other, batch, cursor); !page.lines().isEmpty(); ) {
            paged.addAll(page.lines());
            cursor = page.cursor();
            page = Page.read(other, batch, cursor);
        }
        follower.join(Duration.ofSeconds(20));
        List<String> file = new String(
                        other.batches().content(ended.outputFile().orElseThrow()), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(file).hasSize(LINES);
        assertThat(paged).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(file);
        assertThat(followed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(file);
        return other;
    }

    /** The input is deleted, and what a cancelled batch has not run is run from it nevertheless. */
    private static void runRestAgain(Node node) {
        BatchView batch = node.batches().submit(InputLines.chat("steady", LINES));
        await().until(() -> node.batches().get(batch.id()).completed() > 50);
        node.batches().cancel(batch.id());
        BatchView cancelled = node.batches().awaitEnd(batch.id(), "cancelled");
        assertThat(cancelled.completed()).isLessThan(LINES);
        node.api()
                .delete("/v1/files/" + cancelled.json().get("input_file_id").asText())
                .expect(200);

        BatchView rerun = new BatchView(node.api()
                .postJson("/v1/batches/" + batch.id() + "/rerun", "{\"merge\":true}")
                .expect(200)
                .json());
        BatchView ended = node.batches().awaitEnd(rerun.id(), "completed");
        assertThat(ended.total()).isEqualTo(LINES - cancelled.completed());
        assertThat(ended.json().at("/backfill/rerun_of").asText()).isEqualTo(batch.id());
        assertThat(ended.errorFile()).isEmpty();
        assertThat(node.batches().output(ended).customIds())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, LINES).mapToObj(i -> "r-" + i).toList());
        Page first = Page.read(node, ended, "");
        assertThat(first.lines()).hasSize(100);
    }

    private static void follow(Node node, BatchView batch, List<String> lines) {
        try (HttpClient http = HttpClient.newHttpClient();
                BufferedReader body = new BufferedReader(new InputStreamReader(
                        http.send(
                                        HttpRequest.newBuilder(URI.create(
                                                        node.gateway().baseUrl() + "/v1/batches/" + batch.id()
                                                                + "/results?follow=true"))
                                                .build(),
                                        BodyHandlers.ofInputStream())
                                .body(),
                        StandardCharsets.UTF_8))) {
            body.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Page(List<String> lines, String cursor) {
        static Page read(Node node, BatchView batch, String after) {
            var answer = node.api()
                    .get("/v1/batches/" + batch.id() + "/results?limit=100"
                            + (after.isEmpty() ? "" : "&after=" + after))
                    .expect(200);
            return new Page(
                    new String(answer.body(), StandardCharsets.UTF_8).lines().toList(),
                    answer.headers().firstValue("x-next-cursor").orElseThrow());
        }
    }
}
