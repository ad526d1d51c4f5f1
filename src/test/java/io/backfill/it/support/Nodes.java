package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.benchmarks.gateway.SharedStores;
import io.backfill.it.server.GatewayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Several gateways on the same stores, each with a data folder of its own. */
public final class Nodes implements AutoCloseable {
    private final SharedStores stores;
    private final List<Node> nodes = new ArrayList<>();

    private Nodes(SharedStores stores) {
        this.stores = stores;
    }

    /** One gateway and a client of it. */
    public record Node(String name, GatewayProcess gateway, Api api, Batches batches) {
        /** Sends a signal such as {@code STOP} to the process. */
        public void signal(String signal) throws IOException {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(gateway.pid())).start();
            assertThat(kill.onExit().join().exitValue()).isZero();
        }
    }

    /**
     * Starts the nodes, one after another.
     *
     * @param variables additional variables, which override those that the stores need
     */
    public static Nodes start(SharedStores stores, Path folder, List<String> names, Map<String, String> variables) {
        return start(GatewayProcess::in, stores, folder, names, variables);
    }

    /** As the other method, with gateways on any server; {@code server} makes the builder of one with a data folder. */
    static Nodes start(
            Function<Path, GatewayProcess.Builder> server,
            SharedStores stores,
            Path folder,
            List<String> names,
            Map<String, String> variables) {
        Nodes started = new Nodes(stores);
        for (String name : names) {
            GatewayProcess.Builder builder = server.apply(folder.resolve(name)).with("BACKFILL_NODE", name);
            for (Map.Entry<String, String> variable : stores.variables().entrySet()) {
                builder = builder.with(variable.getKey(), variable.getValue());
            }
            for (Map.Entry<String, String> variable : variables.entrySet()) {
                builder = builder.with(variable.getKey(), variable.getValue());
            }
            GatewayProcess gateway = builder.start();
            Api api = Api.of(gateway.baseUrl());
            started.nodes.add(new Node(name, gateway, api, new Batches(api)));
        }
        return started;
    }

    public List<Node> all() {
        return List.copyOf(nodes);
    }

    public Node get(int index) {
        return nodes.get(index);
    }

    /** Returns the node that holds the lease of a batch. */
    public Node holder(String batch) {
        String owner = stores.catalog().owner(batch);
        return nodes.stream()
                .filter(node -> owner.startsWith(node.name() + "/"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody holds the batch: '" + owner + "'"));
    }

    /** Returns any other node. */
    public Node other(Node node) {
        return nodes.stream().filter(candidate -> candidate != node).findFirst().orElseThrow();
    }

    /** Starts the nodes that are not running. */
    public void restartDead() {
        for (Node node : nodes) {
            if (!node.gateway().isAlive()) {
                node.gateway().restart();
            }
        }
    }

    @Override
    public void close() {
        for (Node node : nodes) {
            node.api().close();
            node.gateway().close();
        }
    }
}
