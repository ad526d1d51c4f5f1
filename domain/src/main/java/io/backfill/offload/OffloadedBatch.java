package io.backfill.offload;

import io.backfill.batches.Batch;
import io.backfill.dispatch.AbortCause;
import io.backfill.errors.BackfillException;
import io.backfill.ids.BatchId;
import io.backfill.plan.PlanManifest;
import io.backfill.run.RunningBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Drives one offloaded batch for the lease holder. Not thread-safe, except for {@link #wake}. */
final class OffloadedBatch {
    /** Maximum number of Jobs, one after another: the first one and two more for the shards that remain. */
    static final int MOST_GENERATIONS = 3;

    /** Interval between polls when there is no wake-up. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private static final Duration DELETE_LOOK = Duration.ofMillis(500);

    /** How long beyond their grace to wait for pods that are being ended: a pod on a lost node never disappears. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Interval between attempts to create a Job that the cluster refused, if the policy is to wait. */
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final OffloadContext context;
    private final RunningBatch running;
    private final ShardWatch shards;
    private final ShardJobFactory factory;
    private final Semaphore woken = new Semaphore(0);

    private int generation;
    private int endTold;
    private boolean adopting = true;
    private long waitingSince;
    private long triedAt;
    private final Set<ShardProblem> told = new HashSet<>();
    private final Set<JobKind> toldKinds = new HashSet<>();
    private Optional<String> refusal = Optional.empty();

    private record JobKind(int generation, ShardProblem.Kind kind) {}

    OffloadedBatch(
            OffloadContext context,
            RunningBatch running,
            PlanManifest manifest,
            List<Integer> partitions,
            ShardListener listener) {
        this.context = context;
        this.running = running;
        this.shards = new ShardWatch(running, manifest, partitions, context.logs(), listener);
        this.factory = new ShardJobFactory(context, running, manifest);
        this.waitingSince = now();
    }

    /** Signals that something may have changed. */
    void wake() {
        woken.release();
    }

    void lead() throws InterruptedException {
        while (true) {
            if (running.abort().isTripped()) {
                aborted();
                return;
            }
            try {
                if (running.steering().limitsCalls()) {
                    runLocally("its owner limits its calls or tokens, which only a gateway can count");
                } else if (step()) {
                    return;
                }
            } catch (IOException storeAway) {
                // pods handle a store outage on their own
                context.observer().away(running.id(), storeAway);
            } catch (BackfillException clusterAway) {
                context.observer().away(running.id(), clusterAway);
                // the request may have taken effect, so query the cluster before doing anything else
                adopting = true;
                patienceWith("the cluster does not respond: " + clusterAway.getMessage());
            }
            woken.tryAcquire(LOOK.toNanos(), TimeUnit.NANOSECONDS);
            woken.drainPermits();
        }
    }

    /** Polls the cluster and the store once. Returns true when every shard is done. */
    private boolean step() throws IOException {
        Optional<ShardJobState> job = newest();
        // read after the Job's state, so the checkpoints contain everything the Job did
        if (job.isEmpty() || job.get().phase().ended()) {
            shards.lookAtAll();
        } else {
            shards.look();
        }
        if (shards.left().isEmpty()) {
            deleteJobs();
            factory.giveBack();
            return true;
        }
        factory.renew(shards.left(), generation > 0);
        if (job.isEmpty()) {
            begin(generation + 1, "");
        } else {
            watch(job.get());
        }
        return false;
    }

    private Optional<ShardJobState> newest() {
        List<ShardJobState> known = adopting
                ? context.jobs().find(running.id())
                : context.jobs().states().stream()
                        .filter(job -> job.batch().equals(running.id()))
                        .toList();
        Optional<ShardJobState> newest = known.stream().max(Comparator.comparingInt(ShardJobState::generation));
        if (adopting) {
            newest.filter(job -> job.generation() > generation)
                    .ifPresent(job -> context.observer().began(job, true));
            adopting = false;
        }
        newest.ifPresent(job -> generation = Math.max(generation, job.generation()));
        return newest;
    }

    private void watch(ShardJobState job) throws IOException {
        tellProblems(job);
        switch (job.phase()) {
            case RUNNING, SUSPENDED -> waitingSince = now();
            case WAITING -> patienceWith("no pod is running: " + reason(job));
            case DELETING -> patienceWith("the previous Job is still being deleted");
            case COMPLETE, FAILED -> {
                if (job.generation() > endTold) {
                    endTold = job.generation();
                    context.observer().ended(job, shards.left().size());
                }
                begin(job.generation() + 1, reason(job));
            }
        }
    }

    private void tellProblems(ShardJobState job) {
        for (ShardProblem problem : job.problems()) {
            if (told.add(problem)) {
                context.observer().troubled(job, problem);
            }
            if (toldKinds.add(new JobKind(job.generation(), problem.kind()))) {
                context.observer().firstOfKind(job, problem, job.count(problem.kind()));
            }
        }
    }

    private static String reason(ShardJobState job) {
        return job.problems().stream()
                .findFirst()
                .map(problem -> problem.kind() + " " + problem.message())
                .orElse(job.reason().isEmpty() ? "the cluster gave no reason" : job.reason());
    }

    private void patienceWith(String reason) {
        if (now() - waitingSince >= context.policy().startTimeout().toNanos()) {
            refused("after " + context.policy().startTimeout() + ": " + reason);
        }
    }

    private void begin(int next, String lastReason) throws IOException {
        if (next > MOST_GENERATIONS) {
            refused(shards.left().size() + " shards are unfinished after " + MOST_GENERATIONS + " Jobs; the last Job: "
                    + lastReason);
            if (context.policy().onRefusal() != OffloadPolicy.OnRefusal.WAIT || next > ShardJobSpec.MOST_GENERATIONS) {
                return;
            }
        }
        if (refusal.isPresent() && now() - triedAt < RETRY.toNanos()) {
            return;
        }
        triedAt = now();
        Optional<JobCreation> creation = factory.make(next, shards.left());
        if (creation.isEmpty()) {
            othersHoldTheCap();
            return;
        }
        switch (creation.get()) {
            case JobCreation.Created created -> begun(created.state(), false);
            case JobCreation.Adopted adopted -> begun(adopted.state(), true);
            case JobCreation.Refused refused -> {
                if (refused.mayPass()) {
                    patienceWith(refused.reason());
                } else {
                    refused(refused.reason());
                }
            }
        }
    }

    /** Waits for other Jobs to end and release their slots. Only if the gateway can run the batch itself is the wait limited. */
    private void othersHoldTheCap() {
        if (context.policy().onRefusal() == OffloadPolicy.OnRefusal.LOCAL) {
            patienceWith("other Jobs hold all slots of a model's cap that Jobs may use");
        } else {
            waitingSince = now();
        }
    }

    private void begun(ShardJobState job, boolean adopted) {
        if (adopted) {
            factory.adopted();
        }
        generation = job.generation();
        waitingSince = now();
        context.observer().began(job, adopted);
    }

    /** Applies the policy for batches that the cluster does not run. */
    private void refused(String reason) {
        if (refusal.isPresent()) {
            return;
        }
        refusal = Optional.of(reason);
        context.observer().refused(running.id(), reason, context.policy().onRefusal());
        switch (context.policy().onRefusal()) {
            case LOCAL -> {
                try {
                    runLocally(reason);
                } catch (IOException storeAway) {
                    // the next poll refuses again
                    context.observer().away(running.id(), storeAway);
                    refusal = Optional.empty();
                }
            }
            case FAIL -> running.abort().trip(AbortCause.OFFLOAD_FAILED);
            case WAIT -> {}
        }
    }

    /** Ends the pods; the next execution runs the batch in threads of a gateway. */
    private void runLocally(String reason) throws IOException {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        context.store().put(localKey(running.id()), new ByteArrayInputStream(text), Long.MAX_VALUE);
        running.abort().trip(AbortCause.OFFLOAD_REFUSED);
    }

    /** Returns the key of the blob that marks a batch as run by the gateway although its plan was made for pods. */
    static String localKey(BatchId batch) {
        return Batch.folder(batch) + "/run-locally";
    }

    private void aborted() throws InterruptedException {
        AbortCause cause = running.abort().cause().orElse(AbortCause.SHUTDOWN);
        if (!cause.endsBatch() && cause != AbortCause.OFFLOAD_REFUSED && cause != AbortCause.PAUSE) {
            // the pods continue, and the next leader adopts their Job
            return;
        }
        long patience = context.podGrace().plus(PATIENCE).toNanos();
        long asked = now();
        boolean gone = deleteJobs();
        while (!gone && now() - asked < patience) {
            woken.tryAcquire(DELETE_LOOK.toNanos(), TimeUnit.NANOSECONDS);
            gone = deleteJobs();
        }
        try {
            shards.lookAtAll();
        } catch (IOException e) {
            context.observer().away(running.id(), e);
        }
        if (gone) {
            factory.giveBack();
        }
        // otherwise pods may still send calls: the sweep releases their slots once the pods are gone
    }

    /** Deletes all Jobs of the batch. Returns true when none is left. */
    private boolean deleteJobs() {
        try {
            boolean gone = true;
            for (ShardJobState job : context.jobs().find(running.id())) {
                gone &= context.jobs().delete(running.id(), job.generation());
            }
            return gone;
        } catch (BackfillException e) {
            context.observer().away(running.id(), e);
            return false;
        }
    }

    private long now() {
        return context.nanoTime().getAsLong();
    }
}
