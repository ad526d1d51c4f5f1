package io.backfill.fair;

import io.backfill.models.Model;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A model whose replicas fail from time to time. */
final class SimulatedModel {
    /** How a replica treats a call. */
    enum Health {
        WELL,
        SLOW,
        HANGS,
        REFUSES,
        DEAD
    }

    final Model model;
    final ModelGate gate;
    final int latencyMillis;
    final List<SimulatedBatch> batches = new ArrayList<>();
    private final Map<URI, Health> health = new HashMap<>();

    SimulatedModel(Model model, ModelGate gate, int latencyMillis) {
        this.model = model;
        this.gate = gate;
        this.latencyMillis = latencyMillis;
        allWell();
    }

    void allWell() {
        model.replicas().forEach(replica -> health.put(replica, Health.WELL));
    }

    /** Changes the health of a random replica. */
    void change(Random random) {
        List<URI> replicas = model.replicas();
        Health[] all = Health.values();
        health.put(replicas.get(random.nextInt(replicas.size())), all[random.nextInt(all.length)]);
    }

    void set(Health all) {
        model.replicas().forEach(replica -> health.put(replica, all));
    }

    Health of(URI replica) {
        return Objects.requireNonNull(health.get(replica));
    }
}
