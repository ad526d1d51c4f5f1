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

/** Creates the Jobs of one batch and reserves their slots of the models' caps. Not thread-safe. */
final class ShardJobFactory {
    /** How long to wait for nodes to release slots that they do not need. */
    private static final Duration CAP_PATIENCE = Duration.ofSeconds(3);

    /** How long after the batch's window the cluster ends a Job if no gateway has done so. */
    private static final Duration BACKSTOP_MARGIN = Duration.ofMinutes(10);

    private final OffloadContext context;
    private final RunningBatch running;
    private final PlanManifest manifest;
    private final CapReservation caps;
    private final long began;
    private boolean holds;

    ShardJobFactory(OffloadContext context, RunningBatch running, PlanManifest manifest) {
        this.context = context;
        this.running = running;
        this.manifest = manifest;
        this.caps = new CapReservation(
                context.shares(),
                context.policy(),
                running.id(),
                () -> backstop().plus(context.podGrace()));
        this.began = context.nanoTime().getAsLong();
    }

    /**
     * How many calls pods may have open.
     *
     * @param pods running at the same time
     * @param each slots of one pod, by model
     */
    private record Slots(int pods, Map<String, Integer> each) {}

    /**
     * Asks the cluster to create the Job of this generation. Empty while no slots are granted, or while more can still be
     * expected.
     */
    Optional<JobCreation> make(int generation, List<Integer> shards) throws IOException {
        Optional<Slots> slots = reserve(shards);
        return slots.isEmpty() ? Optional.empty() : Optional.of(create(generation, shards, slots.get()));
    }

    private Optional<Slots> reserve(List<Integer> shards) {
        List<Model> wanted = models(shards);
        if (wanted.stream().anyMatch(caps::othersHoldAll)) {
            // this may take hours, so do not hold slots of the other models meanwhile
            caps.giveBack(wanted.stream().map(Model::name).toList());
            return Optional.empty();
        }
        Map<Model, Integer> granted = new LinkedHashMap<>();
        boolean all = true;
        for (Model model : wanted) {
            int slots = caps.ask(model);
            granted.put(model, slots);
            all &= slots >= context.policy().budget(model.maxInFlight());
        }
        boolean early = context.nanoTime().getAsLong() - began < CAP_PATIENCE.toNanos();
        if (granted.containsValue(0) || !all && early) {
            // keep the rows: their demand makes nodes release slots that they do not need
            return Optional.empty();
        }
        int pods = Math.min(context.policy().maxParallelism(), shards.size());
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

    private JobCreation create(int generation, List<Integer> shards, Slots slots) throws IOException {
        Batch batch = running.batch();
        String key = ShardManifest.key(running.id(), running.epoch(), generation);
        ShardManifest description = new ShardManifest(
                running.id(),
                batch.tenant(),
                batch.spec().endpoint(),
                batch.deadline(),
                running.epoch(),
                context.modelsText().get(),
                slots.each(),
                batch.state().headers());
        context.store().put(key, new ByteArrayInputStream(description.toJson()), Long.MAX_VALUE);
        return context.jobs()
                .create(new ShardJobSpec(
                        running.id(), generation, shards, slots.pods(), key, backstop(), Map.of(), Map.of()));
    }

    private Duration backstop() {
        Duration left =
                Duration.between(context.time().instant(), running.batch().deadline());
        return (left.isNegative() ? Duration.ZERO : left).plus(BACKSTOP_MARGIN);
    }

    /** Called when the Job already existed, with slots of its own. The slots that are held for it are kept and may grow. */
    void adopted() {
        holds = false;
    }

    /**
     * Renews the slots that pods hold.
     *
     * @param made whether there is a Job, possibly created by an earlier leader
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
            // the rows are valid for a while longer, and the pods continue
            context.observer().away(running.id(), databaseAway);
        }
    }

    void giveBack() {
        caps.giveBack(manifest.distinctModels());
    }

    private List<Model> models(List<Integer> shards) {
        return shards.stream()
                .map(partition -> manifest.models().get(partition).model())
                .distinct()
                .flatMap(name -> context.models().find(name).stream())
                .toList();
    }
}
