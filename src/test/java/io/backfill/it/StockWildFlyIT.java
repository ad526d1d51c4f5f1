package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.it.other.WaitingBatchlet;
import io.backfill.it.server.StockWildFly;
import io.backfill.it.support.Api;
import io.backfill.it.support.BatchView;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import io.backfill.it.support.Ledgers;
import io.backfill.it.support.ModelsYaml;
import io.backfill.it.support.PythonVenv;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application on a WildFly as its project distributes it, beside another application with a batch job. */
class StockWildFlyIT {
    private static final Path HOME = Path.of(System.getProperty("backfill.wildfly-dist", "target/wildfly-dist"))
            .toAbsolutePath();
    private static final Path PACKAGE = Path.of(System.getProperty("backfill.wildfly-package"))
            .toAbsolutePath()
            .normalize();
    private static final int UPLOAD_BYTES = 50_000_000;
    private static final String OTHER_JOB = "/deployment=other.war/subsystem=batch-jberet";

    /** The command in the warning about the limit of request bodies. */
    private static final Pattern BODY_LIMIT = Pattern.compile(
            "BF000273.*; (/subsystem=undertow\\S*http-listener\\S*):write-attribute\\(name=max-post-size");

    @TempDir
    private Path folder;

    @Test
    void theScriptsShouldInstallAndRemoveWhatStandaloneXmlLacks() throws Exception {
        installRunAndRemove(HOME, "standalone.xml");
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"standalone-full.xml", "standalone-microprofile.xml"})
    void theScriptsShouldInstallAndRemoveWhatOtherConfigurationsLack(String configuration) throws Exception {
        installRunAndRemove(HOME, configuration);
    }

    /** Jakarta EE 11. Its distribution is unpacked only by the profile that runs slow tests. */
    @Tag("slow")
    @Test
    void theSameShouldHoldForWildFlyPreview() throws Exception {
        installRunAndRemove(Path.of(System.getProperty("backfill.wildfly-preview-dist")), "standalone.xml");
    }

    private void installRunAndRemove(Path home, String configuration) throws Exception {
        PythonVenv python = PythonVenv.with(Path.of("target/python-client"), "openai==2.8.1");
        try (Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
                StockWildFly server = StockWildFly.start(home, folder.resolve("standalone"), configuration)) {
            String before = server.cli(":read-resource(recursive=true)");

            server.script(PACKAGE.resolve("install.cli"));
            new ModelsYaml()
                    .model("steady", model.baseUrl())
                    .write(server.base().resolve("data/backfill"));
            awaitReady(server);
            assertThat(server.cli("/deployment=backfill.ear:read-resource(recursive=true, include-runtime=true)"))
                    .containsOnlyOnce("\"job\" => {\"inference\"");

            String listener = liftBodyLimit(server);
            runPython(python, server, 1000, UPLOAD_BYTES);
            server.cli("deploy " + otherApplication(), OTHER_JOB + ":start-job(job-xml-name=other)");
            redeployWithARunningBatch(model, server);
            assertThat(otherExecutions(server))
                    .as("executions of the other application")
                    .isEqualTo("STARTED");
            server.cli(listener + ":undefine-attribute(name=max-post-size)");
            stopWithOpenCalls(model, server);

            server.cli("undeploy other.war");
            assertThat(server.script(PACKAGE.resolve("uninstall.cli"))).contains("Backfill is removed");
            assertThatThrownBy(() -> server.script(PACKAGE.resolve("uninstall.cli")))
                    .hasMessageContaining("neither install script has added anything");
            // a process also lists constraints of the extensions that it has ever loaded
            server.terminate();
            server.start();
            assertThat(server.cli(":read-resource(recursive=true)")).isEqualTo(before);
        }
    }

    private Path otherApplication() {
        Path war = folder.resolve("other.war");
        ShrinkWrap.create(WebArchive.class, "other.war")
                .addClass(WaitingBatchlet.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsResource("other-job.xml", "META-INF/batch-jobs/other.xml")
                .as(ZipExporter.class)
                .exportTo(war.toFile(), true);
        return war;
    }

    private static void runPython(PythonVenv python, StockWildFly server, int lines, int uploadBytes) {
        Path script = Path.of("resources/python_client.py").toAbsolutePath();
        PythonVenv.Result result = python.run(
                "python",
                Duration.ofMinutes(3),
                script.toString(),
                server.baseUrl().toString(),
                "steady",
                String.valueOf(lines),
                String.valueOf(uploadBytes));
        assertThat(result.status()).as(result.output()).isZero();
    }

    /** The server refuses large bodies until it is told otherwise, and the start says by which command. Returns the listener. */
    private static String liftBodyLimit(StockWildFly server) throws Exception {
        Matcher warning = BODY_LIMIT.matcher(server.logs());
        assertThat(warning.find()).as("a warning about max-post-size").isTrue();
        server.cli(warning.group(1) + ":write-attribute(name=max-post-size, value=0)", "reload");
        awaitReady(server);
        return warning.group(1);
    }

    private static void redeployWithARunningBatch(Simulator model, StockWildFly server) throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(100)));
        try (Api api = Api.of(server.baseUrl())) {
            Batches batches = new Batches(api);
            BatchView batch = batches.submit(InputLines.chat("steady", 1000));
            batches.await(batch.id(), "is under way", now -> now.completed() > 100);
            server.cli("deploy --force " + PACKAGE.resolve("backfill.ear"));
            model.latency(Latency.fixed(Duration.ZERO));
            assertComplete(model, batches, batch);
        }
    }

    private static void stopWithOpenCalls(Simulator model, StockWildFly server) throws Exception {
        model.latency(Latency.fixed(Duration.ofMillis(500)));
        try (Api api = Api.of(server.baseUrl())) {
            Batches batches = new Batches(api);
            BatchView batch = batches.submit(InputLines.chat("steady", 300));
            batches.await(batch.id(), "is under way", now -> now.completed() > 32);
            server.terminate();
            // no job was given up, and the catalog was open until the last lease was released
            assertThat(server.logs()).doesNotContain("BF000272", "BF000200");
            model.latency(Latency.fixed(Duration.ZERO));
            server.start();
            awaitReady(server);
            assertComplete(model, batches, batch);
        }
    }

    /** Every custom id has one result, and no line was sent twice: both stops waited for open calls. */
    private static void assertComplete(Simulator model, Batches batches, BatchView batch) {
        BatchView completed = batches.awaitEnd(batch.id(), "completed");
        assertThat(batches.output(completed).customIds())
                .hasSize(completed.total())
                .doesNotHaveDuplicates();
        assertThat(Ledgers.of(model, batch.id())).hasSize(completed.total());
    }

    private static String otherExecutions(StockWildFly server) throws Exception {
        String printed = server.cli(
                OTHER_JOB + "/job=other:read-children-resources(child-type=execution, include-runtime=true)");
        Matcher status = Pattern.compile("\"batch-status\" => \"(\\w+)\"").matcher(printed);
        StringBuilder all = new StringBuilder();
        while (status.find()) {
            all.append(status.group(1));
        }
        return all.toString();
    }

    private static void awaitReady(StockWildFly server) {
        try (Api management = Api.of(server.managementUrl())) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(management.get("/health/ready").text())
                                    .contains("\"backfill\",\"status\":\"UP\"")
                                    .doesNotContain("does not exist"));
        }
    }
}
