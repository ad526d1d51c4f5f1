package io.backfill.it.support;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.benchmarks.gateway.WorkerProgram;
import io.backfill.it.server.GatewayProcess;
import io.backfill.k8s.fake.FakeCluster;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** One gateway with a cluster for its large batches, whose pods are processes of the real worker. */
public final class PodGateway implements AutoCloseable {
    public static final String NAMESPACE = "backfill-jobs";
    private static final String SECRET = "worker-credentials";

    private final SharedStores stores;
    private final FakeCluster cluster;
    private final Simulator model;
    private final Nodes nodes;
    private final Path broken;

    private PodGateway(SharedStores stores, FakeCluster cluster, Simulator model, Nodes nodes, Path broken) {
        this.stores = stores;
        this.cluster = cluster;
        this.model = model;
        this.nodes = nodes;
        this.broken = broken;
    }

    /**
     * Starts the stores, the model, the cluster and the gateway.
     *
     * @param profile {@code single} or {@code cluster}
     * @param cap of each of the models {@code steady} and {@code other}
     * @param variables additional settings of the gateway, which take precedence
     */
    public static PodGateway start(String profile, Path folder, int cap, Map<String, String> variables)
            throws IOException {
        return start(GatewayProcess::in, profile, folder, cap, variables);
    }

    /** As the other method, with the gateway on any server; {@code server} makes its builder with a data folder. */
    public static PodGateway start(
            Function<Path, GatewayProcess.Builder> server,
            String profile,
            Path folder,
            int cap,
            Map<String, String> variables)
            throws IOException {
        SharedStores stores = SharedStores.start(profile, folder);
        Path broken = folder.resolve("broken-index");
        FakeCluster cluster =
                new FakeCluster(Files.createDirectories(folder.resolve("pods")), container -> worker(broken));
        Simulator model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        Path models = Files.createDirectories(folder.resolve("models"));
        new ModelsYaml()
                .model("steady", model.baseUrl(), "max-in-flight: " + cap)
                .model("other", model.baseUrl(), "max-in-flight: " + cap)
                .write(models);
        Map<String, String> settings = new HashMap<>(Map.of(
                "BACKFILL_MODELS_FILE", models.resolve("models.yaml").toString(),
                "BACKFILL_JOBS_LEASE", "5s",
                "BACKFILL_JOBS_GRACE", "3s",
                "BACKFILL_OFFLOAD_ENABLED", "true",
                "BACKFILL_OFFLOAD_NAMESPACE", NAMESPACE,
                "BACKFILL_OFFLOAD_IMAGE", "backfill-worker:0.1.0",
                "BACKFILL_OFFLOAD_GRACE", "5s",
                "BACKFILL_KUBERNETES_API", cluster.api().toString(),
                "BACKFILL_KUBERNETES_POD_CHECK_INTERVAL", "1s"));
        Map<String, String> secrets = new HashMap<>(stores.variables());
        secrets.keySet().removeIf(variable -> !variable.startsWith("AWS_"));
        if (!secrets.isEmpty()) {
            cluster.client()
                    .resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName(SECRET)
                            .withNamespace(NAMESPACE)
                            .endMetadata()
                            .withStringData(secrets)
                            .build())
                    .create();
            settings.put("BACKFILL_OFFLOAD_WORKER_SECRET", SECRET);
        }
        settings.putAll(variables);
        Nodes nodes = Nodes.start(server, stores, folder, List.of("one"), settings);
        return new PodGateway(stores, cluster, model, nodes, broken);
    }

    /** Returns the command that runs the worker as its image does, except that the index in the file {@code broken} always fails. */
    private static List<String> worker(Path broken) {
        Path home = Path.of(System.getProperty("backfill.home", "../.."));
        String command = String.join("' '", WorkerProgram.command(home, WorkerProgram.QUICK_START));
        return List.of(
                "/bin/sh",
                "-c",
                "[ \"$JOB_COMPLETION_INDEX\" != \"$(cat " + broken + " 2>/dev/null)\" ] || exit 65; exec '" + command
                        + "'");
    }

    public SharedStores stores() {
        return stores;
    }

    public FakeCluster cluster() {
        return cluster;
    }

    public Simulator model() {
        return model;
    }

    public Nodes.Node node() {
        return nodes.get(0);
    }

    /** From now on every attempt of this index fails; empty: none. */
    public void breakIndex(String index) throws IOException {
        Files.writeString(broken, index);
    }

    /** Returns the requests to create a Job that have reached the cluster. */
    public List<String> jobsAskedFor() {
        return cluster.requests().stream()
                .filter(request -> request.startsWith("POST ") && request.contains("/jobs"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        nodes.close();
        cluster.close();
        model.close();
        stores.close();
    }
}
