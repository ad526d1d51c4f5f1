package io.backfill.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.server.StockWildFly;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator of a WildFly does with the application on it, after its installation by script. */
@Tag("slow")
class StockWildFlyOperationsIT {
    private static final Path HOME =
            Path.of(System.getProperty("backfill.wildfly-dist")).toAbsolutePath();
    private static final Path PACKAGE = Path.of(System.getProperty("backfill.wildfly-package"))
            .toAbsolutePath()
            .normalize();
    private static final String DEPLOY = "deploy --force " + PACKAGE.resolve("backfill.ear");
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private Simulator model;
    private StockWildFly server;

    @BeforeEach
    void startServer() throws IOException {
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        server = StockWildFly.start(HOME, folder.resolve("standalone"), "standalone.xml");
    }

    @AfterEach
    void stopAll() throws IOException {
        server.close();
        model.close();
    }

    private void install() throws Exception {
        server.script(PACKAGE.resolve("install.cli"));
        new ModelsYaml().model("steady", model.baseUrl()).write(server.base().resolve("data/backfill"));
        awaitReady();
    }

    private void awaitReady() {
        try (Api management = Api.of(server.managementUrl())) {
            await().atMost(LONG)
                    .untilAsserted(
                            () -> assertThat(management.get("/health/ready").text())
                                    .contains("\"backfill\",\"status\":\"UP\"")
                                    .doesNotContain("does not exist"));
        }
    }

    @Test
    void aSuspendedServerShouldSendNothingAndGoOnWhenItIsResumed() throws Exception {
        install();
        model.latency(Latency.fixed(Duration.ofMillis(200)));
        try (Api api = Api.of(server.baseUrl())) {
            Batches batches = new Batches(api);
            BatchView batch = batches.submit(InputLines.chat("steady", 500));
            batches.await(batch.id(), "is under way", now -> now.completed() > 32);

            server.cli(":suspend(suspend-timeout=35)");
            int sent = Ledgers.of(model, batch.id()).size();
            assertThat(sent).isLessThan(500);
            await().during(Duration.ofSeconds(3))
                    .until(() -> Ledgers.of(model, batch.id()).size() == sent);
            server.cli(":resume");

            model.latency(Latency.fixed(Duration.ZERO));
            BatchView completed = batches.awaitEnd(batch.id(), "completed");
            assertThat(batches.output(completed).customIds()).hasSize(500).doesNotHaveDuplicates();
            assertThat(Ledgers.of(model, batch.id())).hasSize(500);
            assertThat(server.logs()).doesNotContain("at deployment.backfill.ear");
        }
    }

    @Test
    void redeploymentsWithRunningBatchesShouldLeaveNoClassLoader() throws Exception {
        install();
        try (Api api = Api.of(server.baseUrl())) {
            Batches batches = new Batches(api);
            for (int i = 0; i < 5; i++) {
                model.latency(Latency.fixed(Duration.ofMillis(200)));
                BatchView batch = batches.submit(InputLines.chat("steady", 200));
                batches.await(batch.id(), "is under way", now -> now.completed() > 0);
                server.cli(DEPLOY);
                model.latency(Latency.fixed(Duration.ZERO));
                awaitReady();
                BatchView completed = batches.awaitEnd(batch.id(), "completed");
                assertThat(batches.output(completed).customIds()).hasSize(200).doesNotHaveDuplicates();
                assertThat(Ledgers.of(model, batch.id())).hasSize(200);
            }
        }
        // The threads of the server's pool do not end. An idle one keeps its last task with its class loader.
        // A batch needs two threads.
        await().atMost(LONG)
                .pollInterval(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(loaders()).isBetween(1L, 3L));
        assertThat(server.logs()).doesNotContain("at deployment.backfill.ear");
    }

    /** Returns how many class loaders hold a class of the application. */
    private long loaders() throws IOException {
        jcmd("GC.run");
        return jcmd("VM.class_hierarchy", "io.backfill.ids.BatchId")
                .lines()
                .filter(line -> line.contains("io.backfill.ids.BatchId/"))
                .count();
    }

    private String jcmd(String... command) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        all.add(String.valueOf(server.pid()));
        all.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(all).redirectErrorStream(true).start();
        return new String(jcmd.getInputStream().readAllBytes(), UTF_8);
    }

    @Test
    void whatTheServerLacksShouldBeNamedWithTheCommandThatChangesIt() throws Exception {
        install();
        server.cli(
                "undeploy backfill.ear",
                "/subsystem=datasources/data-source=backfill:write-attribute(name=jta, value=true)",
                "/subsystem=datasources/data-source=backfill-jobs:write-attribute(name=max-pool-size, value=4)",
                "/subsystem=batch-jberet/thread-pool=backfill:write-attribute(name=max-threads, value=10)",
                "reload");

        assertThatThrownBy(() -> server.cli(DEPLOY))
                .hasMessageContaining("takes part in JTA transactions")
                .hasMessageContaining("has at most 4 connections")
                .hasMessageContaining("has 10 threads, fewer than backfill.jobs.threads (256)");

        server.cli(
                "/subsystem=datasources/data-source=backfill:write-attribute(name=jta, value=false)",
                "/subsystem=datasources/data-source=backfill-jobs:write-attribute(name=max-pool-size, value=32)",
                "/subsystem=batch-jberet/thread-pool=backfill:write-attribute(name=max-threads, value=256)",
                "reload",
                DEPLOY);
        awaitReady();
    }

    @Test
    void aPropertyShouldMoveTheContextRoot() throws Exception {
        server.cli("/system-property=backfill.context-root:add(value=/batch)");
        install();
        HttpRequest request = HttpRequest.newBuilder(server.baseUrl().resolve("/batch/v1/batches"))
                .timeout(Duration.ofSeconds(10))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("\"object\":\"list\"");
        }
    }

    @Test
    void aRootThatIsTakenShouldRefuseTheDeployment() throws Exception {
        Path other = folder.resolve("ROOT.war");
        ShrinkWrap.create(WebArchive.class, "ROOT.war")
                .addAsWebResource(new StringAsset("taken"), "index.html")
                .as(ZipExporter.class)
                .exportTo(other.toFile(), true);
        server.cli("deploy " + other);

        assertThatThrownBy(() -> server.script(PACKAGE.resolve("install.cli")))
                .hasMessageContaining("WFLYUT0105: Host and context path are occupied");
    }

    @Test
    void postgresShouldBeInstalledAndRemovedByItsScript() throws Exception {
        String before = server.cli(":read-resource(recursive=true)");
        try (SharedStores stores = SharedStores.start("single", folder.resolve("stores"))) {
            for (String variable : new String[] {"BACKFILL_DB_URL", "BACKFILL_DB_USER", "BACKFILL_DB_PASSWORD"}) {
                server.cli("/system-property=" + variable + ":add(value=\""
                        + stores.variables().getOrDefault(variable, "postgres") + "\")");
            }
            server.script(PACKAGE.resolve("install-postgresql.cli"));
            new ModelsYaml()
                    .model("steady", model.baseUrl())
                    .write(server.base().resolve("data/backfill"));
            awaitReady();
            try (Api api = Api.of(server.baseUrl())) {
                Batches batches = new Batches(api);
                BatchView batch = batches.submit(InputLines.chat("steady", 100));
                assertThat(batches.awaitEnd(batch.id(), "completed").completed())
                        .isEqualTo(100);
            }
            server.script(PACKAGE.resolve("uninstall.cli"));
            server.cli(
                    "/system-property=BACKFILL_DB_URL:remove",
                    "/system-property=BACKFILL_DB_USER:remove",
                    "/system-property=BACKFILL_DB_PASSWORD:remove");
            assertThat(server.cli(":read-resource(recursive=true)")).isEqualTo(before);
        }
    }
}
