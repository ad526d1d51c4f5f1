package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import io.backfill.benchmarks.gateway.ModelsFile;
import io.backfill.benchmarks.gateway.SharedStores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Two gateways with shared stores and separate data folders. */
final class TwoNodes implements AutoCloseable {
    private final SharedStores stores;
    private final List<Node> nodes = new ArrayList<>();

    /** A node and a client for it. */
    record Node(String name, GatewayServer gateway, GatewayClient client) {
        void signal(String signal) throws IOException {
            try {
                int status = new ProcessBuilder("kill", "-" + signal, Long.toString(gateway.pid()))
                        .start()
                        .waitFor();
                if (status != 0) {
                    throw new IOException("kill -" + signal + " ended with " + status);
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", interrupted);
            }
        }
    }

    private TwoNodes(SharedStores stores) {
        this.stores = stores;
    }

    /**
     * Starts the stores of {@code profile} and both nodes.
     *
     * @param inFlight cap of the model over both nodes
     * @param lease such as {@code 5s}
     */
    static TwoNodes open(Workplace workplace, String profile, String modelUrl, String model, int inFlight, String lease)
            throws IOException {
        Path models = workplace.folder("models");
        ModelsFile.write(models, modelUrl, List.of(model), inFlight);
        TwoNodes opened = new TwoNodes(SharedStores.start(profile, workplace.folder("shared")));
        try {
            for (String name : List.of("one", "two")) {
                GatewaySettings settings = GatewaySettings.onFreePorts(workplace.home(), workplace.folder(name))
                        .with("BACKFILL_NODE", name)
                        .with(
                                "BACKFILL_MODELS_FILE",
                                models.resolve("models.yaml").toString())
                        .with("BACKFILL_JOBS_LEASE", lease);
                for (Map.Entry<String, String> variable :
                        opened.stores.variables().entrySet()) {
                    settings = settings.with(variable.getKey(), variable.getValue());
                }
                GatewayServer gateway = GatewayServer.start(settings);
                opened.nodes.add(new Node(name, gateway, new GatewayClient(gateway.baseUrl())));
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    SharedStores stores() {
        return stores;
    }

    Node first() {
        return nodes.getFirst();
    }

    Node other(Node node) {
        return nodes.get(0) == node ? nodes.get(1) : nodes.get(0);
    }

    /** Returns the node that holds the lease of a batch, or the first node if none does. */
    Node holder(String batch) {
        String owner = stores.catalog().owner(batch);
        return nodes.stream()
                .filter(node -> owner.startsWith(node.name() + "/"))
                .findFirst()
                .orElse(nodes.getFirst());
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes) {
            node.client().close();
            node.gateway().close();
        }
        stores.close();
    }
}
