package io.backfill.offload;

import io.backfill.batches.Batch;
import io.backfill.errors.BackfillException;
import io.backfill.models.Model;
import io.backfill.plan.PlanManifest;
import io.backfill.run.RunningBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the Jobs of one batch, with what they may have of the models' caps. For one thread. */
final class ShardJobMaker {
    /** How long nodes may take to give up what they do not need of a cap. */
    private static final Duration CAP_PATIENCE = Duration.ofSeconds(3);

    /** The cluster ends a Job so long after the batch's window, if no gateway has done it. */
    private static final Duration BACKSTOP_MARGIN = Duration.ofMinutes(10);

    private final ShardDispatch.Means means;
    private final RunningBatch running;
    private final PlanManifest manifest;
    private final CapReservation caps;
    private final long began;
    private boolean holds;

    ShardJobMaker(ShardDispatch.Means means, RunningBatch running, PlanManifest manifest) {
        this.means = means;
        this.running = running;
        this.manifest = manifest;
        this.caps = new CapReservation(
                means.shares(), means.policy(), running.id(), () -> backstop().plus(means.podGrace()));
        this.began = means.nanoTime().getAsLong();
    }

    /**
     * Calls that pods may have open.
     *
     * @param pods at a time
     * @param each of one pod, by model
     */
    private record Slots(int pods, Map<String, Integer> each) {}

    /** Asks for the Job of that generation; empty while there is nothing to be had of a model's cap, or more is to be expected. */
    Optional<Creation> make(int generation, List<Integer> shards) throws IOException {
        Optional<Slots> slots = reserve(shards);
        return slots.isEmpty() ? Optional.empty() : Optional.of(create(generation, shards, slots.get()));
    }

    private Optional<Slots> reserve(List<Integer> shards) {
        List<Model> wanted = models(shards);
        if (wanted.stream().anyMatch(caps::othersHoldAll)) {
            // that may take hours, in which nothing of another model's cap is kept
            caps.giveBack(wanted.stream().map(Model::name).toList());
            return Optional.empty();
        }
        Map<Model, Integer> granted = new LinkedHashMap<>();
        boolean all = true;
        for (Model model : wanted) {
            int slots = caps.ask(model);
            granted.put(model, slots);
            all &= slots >= means.policy().budget(model.maxInFlight());
        }
        boolean early = means.nanoTime().getAsLong() - began < CAP_PATIENCE.toNanos();
        if (granted.containsValue(0) || !all && early) {
            // the rows stay: what they want makes nodes give up what they do not need
            return Optional.empty();
        }
        int pods = Math.min(means.policy().maxParallelism(), shards.size());
        for (int slots : granted.values()) {
            pods = Math.min(pods, slots);
        }
        Map<String, Integer> each = new LinkedHashMap<>();
        for (Map.Entry<Model, Integer> model : granted.entrySet()) {
            int slots = model.getValue() / pods;
            each.put(model.getKey().name(), slots);
            caps.hold(model.getKey(), slots * pods);
        }
        holds = true;
        return Optional.of(new Slots(pods, each));
    }

    private Creation create(int generation, List<Integer> shards, Slots slots) throws IOException {
        Batch batch = running.batch();
        String key = ShardManifest.key(running.id(), running.epoch(), generation);
        ShardManifest description = new ShardManifest(
                running.id(),
                batch.tenant(),
                batch.spec().endpoint(),
                batch.deadline(),
                running.epoch(),
                means.modelsText().get(),
                slots.each(),
                batch.headers());
        means.store().put(key, new ByteArrayInputStream(description.toJson()), Long.MAX_VALUE);
        return means.jobs()
                .create(new ShardJobSpec(
                        running.id(), generation, shards, slots.pods(), key, backstop(), Map.of(), Map.of()));
    }

    private Duration backstop() {
        Duration left = Duration.between(means.time().instant(), running.batch().deadline());
        return (left.isNegative() ? Duration.ZERO : left).plus(BACKSTOP_MARGIN);
    }

    /** The cluster had the Job already, with numbers of its own: those that are held for it stay, and may grow. */
    void adopted() {
        holds = false;
    }

    /**
     * Keeps what pods hold.
     *
     * @param made whether there is a Job, which an earlier leader may have made
     */
    void renew(List<Integer> shards, boolean made) {
        try {
            for (Model model : models(shards)) {
                if (holds) {
                    caps.renew(model);
                } else if (made) {
                    caps.keep(model);
                }
            }
            holds |= made;
        } catch (BackfillException databaseAway) {
            // it lasts for a while without, and the pods go on
            means.observer().away(running.id(), databaseAway);
        }
    }

    void giveBack() {
        caps.giveBack(manifest.distinctModels());
    }

    private List<Model> models(List<Integer> shards) {
        return shards.stream()
                .map(partition -> manifest.models().get(partition).model())
                .distinct()
                .flatMap(name -> means.models().find(name).stream())
                .toList();
    }
}
