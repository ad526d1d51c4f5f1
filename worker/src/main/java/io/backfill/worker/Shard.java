package io.backfill.worker;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.Forecast;
import io.backfill.batches.Lease;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.Steering;
import io.backfill.batches.Supervision;
import io.backfill.files.BlobReader;
import io.backfill.offload.ShardManifest;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.Checkpoint;
import io.backfill.storage.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A shard as found in the store.
 *
 * @param part the part of the plan that the pod runs
 * @param newest checkpoint of the part at the time of the lookup
 */
record Shard(ShardManifest manifest, PlanManifest plan, ModelPlan part, Checkpoint newest) {
    /** Calls that this pod may have open for a model to which the manifest grants none. */
    private static final int LEAST_SLOTS = 1;

    /** Finds the shard that {@code settings} describe. Changes nothing. */
    static Shard find(PodSettings settings, Storage store) throws PodFailure {
        ShardManifest manifest = manifest(settings, store);
        PlanManifest plan = plan(settings, store);
        int partition = settings.partition();
        if (partition >= plan.models().size() || plan.models().get(partition).partition() != partition) {
            throw new PodFailure(
                    ExitCode.BAD_ARGUMENTS,
                    "PARTITIONS names partition " + partition + ", but the plan of " + settings.batch() + " has "
                            + plan.models().size());
        }
        try {
            Checkpoint newest = store.logs().newest(settings.batch(), partition);
            return new Shard(manifest, plan, plan.models().get(partition), newest);
        } catch (IOException e) {
            throw PodFailure.ofStore("the checkpoint of the shard cannot be read", e);
        }
    }

    private static ShardManifest manifest(PodSettings settings, Storage store) throws PodFailure {
        byte[] bytes = read(settings.manifestKey(), ExitCode.BAD_ARGUMENTS, "the manifest of the Job", store);
        ShardManifest manifest;
        try {
            manifest = ShardManifest.read(new ByteArrayInputStream(bytes));
        } catch (IOException | RuntimeException damaged) {
            throw new PodFailure(
                    ExitCode.BAD_ARGUMENTS,
                    settings.manifestKey() + " cannot be read: " + damaged.getMessage(),
                    damaged);
        }
        if (!manifest.batch().equals(settings.batch())) {
            throw new PodFailure(
                    ExitCode.BAD_ARGUMENTS,
                    "BATCH_ID is " + settings.batch().value() + ", but MANIFEST belongs to "
                            + manifest.batch().value());
        }
        return manifest;
    }

    private static PlanManifest plan(PodSettings settings, Storage store) throws PodFailure {
        String key = PlanManifest.key(settings.batch());
        byte[] bytes = read(key, ExitCode.BAD_DATA, "the plan of the batch", store);
        try {
            return PlanManifest.read(new ByteArrayInputStream(bytes));
        } catch (IOException | RuntimeException damaged) {
            throw new PodFailure(ExitCode.BAD_DATA, key + " cannot be read: " + damaged.getMessage(), damaged);
        }
    }

    private static byte[] read(String key, ExitCode ifAbsent, String what, Storage store) throws PodFailure {
        try (BlobReader blob = store.store().open(key);
                InputStream in = blob.stream(0, blob.size())) {
            return in.readAllBytes();
        } catch (NoSuchFileException gone) {
            throw new PodFailure(
                    ifAbsent,
                    what + " does not exist: " + key + " in " + store.place()
                            + "; check that this is the gateway's store and that the batch is still running",
                    gone);
        } catch (IOException | RuntimeException e) {
            throw PodFailure.ofStore(what + " cannot be read", e);
        }
    }

    /** Returns whether every line has a result according to {@code checkpoint}. */
    boolean complete(Checkpoint checkpoint) {
        return checkpoint.done().cardinality() >= part.entries();
    }

    /** Returns the number of calls that this pod may have open. */
    int slots() {
        return slots(manifest, part.model());
    }

    static int slots(ShardManifest manifest, String model) {
        return Math.max(LEAST_SLOTS, manifest.slots().getOrDefault(model, LEAST_SLOTS));
    }

    /** Returns the batch, with the fields that running a shard needs. */
    Batch batch() {
        Duration window = Duration.ofDays(1);
        return new Batch(
                new Batch.Identity(
                        manifest.batch(),
                        manifest.tenant(),
                        new BatchSpec(
                                plan.inputKey(),
                                manifest.endpoint(),
                                new CompletionWindow("24h", window),
                                Optional.empty(),
                                Optional.empty()),
                        manifest.deadline().minus(window),
                        manifest.deadline()),
                new Batch.State(
                        BatchStatus.IN_PROGRESS,
                        Map.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        manifest.headers(),
                        0),
                RequestCounts.NONE,
                Optional.empty(),
                new Lease("", manifest.epoch(), manifest.deadline()),
                Forecast.NONE,
                Supervision.NONE,
                Steering.NONE);
    }
}
