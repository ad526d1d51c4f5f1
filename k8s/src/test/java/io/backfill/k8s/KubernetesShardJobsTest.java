package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.k8s.fake.FakeCluster;
import io.backfill.k8s.fake.Trouble;
import io.backfill.offload.JobCreation;
import io.backfill.offload.ShardJobSpec;
import io.backfill.offload.ShardJobState;
import io.backfill.offload.ShardJobState.Phase;
import io.backfill.offload.ShardProblem;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesShardJobsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final BatchId BATCH = Offloads.BATCH;

    /** A clock that only the test moves, so that what depends on it never happens by itself. */
    private final AtomicLong nanos = new AtomicLong();

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path folder;

    private FakeCluster cluster;

    @BeforeEach
    void start() {
        cluster = new FakeCluster(folder);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
        cluster.close();
    }

    @Test
    void createShouldMakeTheJobOnceAndAdoptItFromThenOnWithThePartitionsThatItHas() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        KubernetesShardJobs other = jobs("exec sleep 60");

        JobCreation first = jobs.create(Offloads.spec(BATCH, 1, 2, 0, 1, 4));
        JobCreation second = other.create(Offloads.spec(BATCH, 1, 1, 4));

        assertThat(first).isInstanceOf(JobCreation.Created.class);
        assertThat(second).isInstanceOfSatisfying(JobCreation.Adopted.class, adopted -> {
            assertThat(adopted.state().partitions()).containsExactly(0, 1, 4);
            assertThat(adopted.state().batch()).isEqualTo(BATCH);
        });
        assertThat(other.find(BATCH)).singleElement().satisfies(state -> {
            assertThat(state.generation()).isEqualTo(1);
            assertThat(state.createdAt()).isAfter(Instant.now().minusSeconds(60));
        });
        assertThat(jobs.find(Offloads.batch(2))).isEmpty();
        assertThat(cluster.requests())
                .filteredOn(request -> request.startsWith("POST"))
                .allMatch(request -> request.contains("fieldValidation=Strict"));
    }

    @Test
    void oneOfManyWhoAskAtOnceShouldCreateAndTheOthersAdopt() throws Exception {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        int callers = 8;
        CountDownLatch ready = new CountDownLatch(callers);
        List<Future<JobCreation>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                results.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return jobs.create(Offloads.shards(BATCH, 2, 1));
                }));
            }
        }
        List<JobCreation> creations = new ArrayList<>();
        for (Future<JobCreation> result : results) {
            creations.add(result.get());
        }

        assertThat(creations).filteredOn(JobCreation.Created.class::isInstance).hasSize(1);
        assertThat(creations).filteredOn(JobCreation.Adopted.class::isInstance).hasSize(callers - 1);
    }

    @Test
    void jobOfSomebodyElseShouldBeNeitherAdoptedNorDeleted() {
        KubernetesShardJobs jobs = jobs("exit 0");
        ShardJobSpec spec = Offloads.shards(BATCH, 1, 1);
        Job foreign = new JobTemplate(Offloads.config()).job(spec);
        foreign.getMetadata()
                .setLabels(new JobBuilder(foreign)
                        .editMetadata()
                        .addToLabels("backfill.io/gateway-instance", "gateway-b")
                        .endMetadata()
                        .build()
                        .getMetadata()
                        .getLabels());
        foreign.getSpec().setSuspend(true);
        cluster.client().resource(foreign).create();

        assertThat(jobs.create(spec)).isInstanceOfSatisfying(JobCreation.Refused.class, refused -> {
            assertThat(refused.mayPass()).isFalse();
            assertThat(refused.reason()).contains(spec.name());
        });
        assertThat(jobs.delete(BATCH, 1)).isTrue();
        assertThat(jobs.deleteOrphans(batch -> false, Duration.ZERO)).isZero();
        assertThat(cluster.job(Offloads.NAMESPACE, spec.name()).getMetadata().getDeletionTimestamp())
                .isNull();
    }

    @Test
    void refusalsShouldSayWhyAndWhetherTheyMayPass() {
        KubernetesShardJobs jobs = jobs("exit 0");
        ShardJobSpec spec = Offloads.shards(BATCH, 1, 1);

        cluster.refuseJobs(403, "Forbidden", "jobs.batch \"x\" is forbidden: exceeded quota: jobs");
        assertThat(jobs.create(spec)).isInstanceOfSatisfying(JobCreation.Refused.class, refused -> {
            assertThat(refused.reason()).contains("exceeded quota: jobs");
            assertThat(refused.mayPass()).isTrue();
        });
        cluster.refuseJobs(403, "Forbidden", "User cannot create resource jobs");
        assertThat(jobs.create(spec))
                .isInstanceOfSatisfying(
                        JobCreation.Refused.class,
                        refused -> assertThat(refused.mayPass()).isFalse());
        cluster.refuseJobs(422, "Invalid", "spec.template: Invalid value");
        assertThat(jobs.create(spec))
                .isInstanceOfSatisfying(
                        JobCreation.Refused.class,
                        refused -> assertThat(refused.mayPass()).isFalse());
        cluster.refuseJobs(400, "BadRequest", "strict decoding error: unknown field");
        assertThat(jobs.create(spec)).isInstanceOf(JobCreation.Refused.class);
        cluster.refuseJobs(409, "Conflict", "Operation cannot be fulfilled on resourcequotas");
        assertThat(jobs.create(spec))
                .isInstanceOfSatisfying(
                        JobCreation.Refused.class,
                        refused -> assertThat(refused.mayPass()).isTrue());
        cluster.refuseJobs(0, "", "");
        assertThat(jobs.create(spec)).isInstanceOf(JobCreation.Created.class);
    }

    @Test
    void watchShouldTellWhichPartitionsAreDoneAndWhichAreGivenUp() {
        KubernetesShardJobs jobs = jobs("case $JOB_COMPLETION_INDEX in 1) exit 64;; esac");
        ConcurrentLinkedQueue<BatchId> told = new ConcurrentLinkedQueue<>();
        jobs.listen(told::add);
        jobs.lookOnce();
        await().atMost(SOON).until(jobs::watching);

        jobs.create(Offloads.spec(BATCH, 1, 2, 3, 5, 8));
        ShardJobState state =
                await().atMost(SOON).until(() -> only(jobs), s -> s.phase().ended());

        assertThat(state.phase()).isEqualTo(Phase.FAILED);
        assertThat(state.reason()).startsWith("FailedIndexes");
        assertThat(state.succeeded()).isEqualTo(Set.of(3, 8));
        assertThat(state.failed()).isEqualTo(Set.of(5));
        assertThat(state.startedAt()).isPresent();
        assertThat(told).contains(BATCH);
        jobs.lookOnce();
        assertThat(only(jobs).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(ShardProblem.Kind.EXIT);
            assertThat(problem.partition()).hasValue(5);
            assertThat(problem.message()).contains("exit code 64");
        });
    }

    @Test
    void jobThatAllIndexesSucceededInShouldBeComplete() {
        KubernetesShardJobs jobs = jobs("echo $PARTITIONS $MANIFEST $BATCH_ID $GENERATION $BACKFILL_S3_BUCKET");
        jobs.lookOnce();

        jobs.create(Offloads.shards(BATCH, 3, 3));
        ShardJobState state =
                await().atMost(SOON).until(() -> only(jobs), s -> s.phase().ended());

        assertThat(state.phase()).isEqualTo(Phase.COMPLETE);
        assertThat(state.succeeded()).isEqualTo(Set.of(0, 1, 2));
        assertThat(folder).isDirectoryRecursivelyContaining("glob:**/log");
        assertThat(cluster.pods(state.name()))
                .allSatisfy(pod -> assertThat(Files.readString(
                                        folder.resolve(pod.getMetadata().getName())
                                                .resolve("log"))
                                .strip())
                        .isEqualTo("0-2 " + Offloads.MANIFEST + " " + BATCH + " 1 batches"));
    }

    @Test
    void jobsOfAnEarlierLifeShouldBeKnownFromTheFirstLook() {
        jobs("exec sleep 60").create(Offloads.shards(BATCH, 1, 1));
        KubernetesShardJobs after = jobs("exec sleep 60");

        after.lookOnce();

        assertThat(after.states())
                .singleElement()
                .satisfies(state -> assertThat(state.batch()).isEqualTo(BATCH));
    }

    @Test
    void deleteShouldAskForPodsToGoFirstAndBeTrueWhenNothingIsLeft() {
        KubernetesShardJobs jobs =
                jobs("trap 'echo told; exit 143' TERM; touch ../up; while true; do sleep 0.05; done");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        await().atMost(SOON).until(() -> Files.exists(folder.resolve("up")));
        String pod = cluster.pods(ShardJobSpec.name(BATCH, 1))
                .getFirst()
                .getMetadata()
                .getName();

        assertThat(jobs.delete(BATCH, 1)).isFalse();
        await().atMost(SOON).until(() -> jobs.delete(BATCH, 1));

        assertThat(folder.resolve(pod).resolve("log")).hasContent("told");
        assertThat(cluster.processes()).isEmpty();
        assertThat(jobs.delete(BATCH, 1)).isTrue();
        await().atMost(SOON).until(() -> jobs.states().isEmpty());
        assertThat(cluster.requests())
                .filteredOn(request -> request.startsWith("DELETE"))
                .singleElement()
                .asString()
                .contains("\"propagationPolicy\":\"Foreground\"");
    }

    @Test
    void createShouldWaitForTheLastJobOfTheNameToBeGone() {
        KubernetesShardJobs jobs = jobs("trap '' TERM; touch ../up; while true; do sleep 0.05; done");
        ShardJobSpec spec = Offloads.shards(BATCH, 1, 1);
        jobs.create(spec);
        await().atMost(SOON).until(() -> Files.exists(folder.resolve("up")));
        jobs.delete(BATCH, 1);

        assertThat(jobs.create(spec)).isInstanceOfSatisfying(JobCreation.Refused.class, refused -> {
            assertThat(refused.mayPass()).isTrue();
            assertThat(refused.reason()).contains("still being deleted");
        });
        assertThat(jobs.find(BATCH))
                .singleElement()
                .satisfies(state -> assertThat(state.phase()).isEqualTo(Phase.DELETING));
        await().atMost(SOON).until(() -> jobs.delete(BATCH, 1));
        assertThat(jobs.create(spec)).isInstanceOf(JobCreation.Created.class);
    }

    @Test
    void imageThatCannotBePulledShouldBeNamedAndForgottenOnceItIsThere() {
        cluster.trouble(Trouble.IMAGE);
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.spec(BATCH, 1, 1, 7));

        // the pods are queried directly and the Job's counts arrive by the watch, so either may be first
        ShardJobState stuck = lookUntil(jobs, state -> !state.problems().isEmpty() && state.active() == 1);
        assertThat(stuck.phase()).isEqualTo(Phase.WAITING);
        assertThat(stuck.ready()).isZero();
        assertThat(stuck.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(ShardProblem.Kind.IMAGE);
            assertThat(problem.partition()).hasValue(7);
            assertThat(problem.message()).contains("ImagePullBackOff").contains(Offloads.IMAGE);
        });

        cluster.trouble(Trouble.NONE);
        lookUntil(
                jobs,
                state -> state.phase() == Phase.RUNNING
                        && state.ready() == 1
                        && state.problems().isEmpty());
    }

    @Test
    void quotaAndFullNodesShouldBeNamed() {
        cluster.trouble(Trouble.QUOTA);
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        assertThat(lookUntil(jobs, state -> !state.problems().isEmpty()).problems())
                .first()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(ShardProblem.Kind.REFUSED);
                    assertThat(problem.message()).contains("exceeded quota");
                    assertThat(problem.partition()).isEmpty();
                });

        // events have no labels, so a query with those of the pods would find none
        assertThat(cluster.requests())
                .filteredOn(request -> request.contains("/events?"))
                .isNotEmpty()
                .noneMatch(request -> request.contains("labelSelector"));

        cluster.trouble(Trouble.UNSCHEDULABLE);
        assertThat(lookUntil(
                                jobs,
                                state -> state.active() == 1
                                        && !state.problems().isEmpty()
                                        && state.problems().getFirst().kind() == ShardProblem.Kind.UNSCHEDULABLE)
                        .problems())
                .first()
                .satisfies(problem -> assertThat(problem.message()).contains("nodes are available"));
    }

    @Test
    void memoryThatRanOutShouldBeNamed() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        lookUntil(jobs, state -> state.ready() == 1);
        cluster.outOfMemory(ShardJobSpec.name(BATCH, 1), 0);

        assertThat(lookUntil(jobs, state -> !state.problems().isEmpty()).problems())
                .first()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(ShardProblem.Kind.OUT_OF_MEMORY);
                    assertThat(problem.partition()).hasValue(0);
                });
    }

    @Test
    void suspendedJobShouldBeToldApartFromOneThatWaits() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        lookUntil(jobs, state -> state.phase() == Phase.RUNNING);

        cluster.suspend(Offloads.NAMESPACE, ShardJobSpec.name(BATCH, 1), true);

        assertThat(lookUntil(jobs, state -> state.phase() == Phase.SUSPENDED).problems())
                .isEmpty();
    }

    @Test
    void podsShouldBeListedOnlyForJobsThatGetNowhere() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 2, 2));
        await().atMost(SOON).until(() -> only(jobs).ready() == 2);
        long before = podLists();

        for (int i = 0; i < 5; i++) {
            nanos.addAndGet(Duration.ofSeconds(20).toNanos());
            jobs.lookOnce();
        }

        assertThat(podLists()).isEqualTo(before);
    }

    @Test
    void watchShouldComeBackAfterTheApiServerWasAway() {
        KubernetesShardJobs jobs = jobs("[ -e ../go ] && exit 0; while [ ! -e ../go ]; do sleep 0.05; done");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        await().atMost(SOON).until(() -> only(jobs).ready() == 1);

        cluster.cutApi();
        await().atMost(SOON).until(() -> !jobs.watching());
        assertThatThrownBy(() -> jobs.find(BATCH))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(jobs.states()).hasSize(1);
        touch("go");
        await().atMost(SOON).until(() -> cluster.processes().isEmpty());
        cluster.restoreApi();

        await().atMost(Duration.ofSeconds(40)).until(() -> only(jobs).phase() == Phase.COMPLETE);
        assertThat(jobs.watching()).isTrue();
    }

    @Test
    void watchThatDiedInSilenceShouldBeFoundByTheListAndStartedAnew() {
        KubernetesShardJobs jobs = jobs("[ -e ../go ] && exit 0; while [ ! -e ../go ]; do sleep 0.05; done");
        jobs.lookOnce();
        await().atMost(SOON).until(jobs::watching);
        jobs.create(Offloads.shards(BATCH, 1, 1));
        await().atMost(SOON).until(() -> only(jobs).ready() == 1);

        cluster.deafenWatches();
        touch("go");
        await().atMost(SOON).until(() -> jobs.find(BATCH).getFirst().phase() == Phase.COMPLETE);
        ShardJobState created = ((JobCreation.Created) jobs.create(Offloads.shards(Offloads.batch(2), 1, 1))).state();
        await().atMost(SOON).until(() -> jobs.find(created.batch()).getFirst().phase() == Phase.COMPLETE);
        // a Job that was not requested here, so it is known only by a list or a watch
        cluster.client()
                .resource(new JobTemplate(Offloads.config(List.of("sh", "-c", "exit 0"), ""))
                        .job(Offloads.shards(Offloads.batch(3), 1, 1)))
                .create();
        jobs.lookOnce();
        assertThat(jobs.states()).hasSize(2);

        nanos.addAndGet(Duration.ofMinutes(3).toNanos());
        jobs.lookOnce();
        assertThat(jobs.states()).hasSize(3);

        nanos.addAndGet(Duration.ofMinutes(3).toNanos());
        jobs.lookOnce();
        await().atMost(SOON).until(jobs::watching);
        cluster.client()
                .resource(new JobTemplate(Offloads.config(List.of("sh", "-c", "exit 0"), ""))
                        .job(Offloads.shards(Offloads.batch(4), 1, 1)))
                .create();
        await().atMost(SOON).until(() -> jobs.states().size() == 4);
    }

    @Test
    void callsShouldEndInBoundedTimeWhenTheApiServerFailsOrSaysNothing() {
        KubernetesShardJobs jobs = jobs("exit 0");
        cluster.failApi(503);
        assertUnavailable(() -> jobs.create(Offloads.shards(BATCH, 1, 1)));
        assertUnavailable(() -> jobs.delete(BATCH, 1));
        assertUnavailable(() -> jobs.deleteOrphans(batch -> false, Duration.ZERO));
        assertUnavailable(jobs::lookOnce);

        cluster.failApi(0);
        cluster.slowApi(Duration.ofSeconds(30));
        assertUnavailable(() -> jobs.find(BATCH));
        cluster.slowApi(Duration.ZERO);
        assertThat(jobs.find(BATCH)).isEmpty();
    }

    @Test
    void orphansShouldBeDeletedAndNothingElse() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.create(Offloads.shards(BATCH, 1, 1));
        jobs.create(Offloads.spec(BATCH, 2, 1, 4));
        jobs.create(Offloads.shards(Offloads.batch(2), 1, 1));

        assertThat(jobs.deleteOrphans(batch -> false, Duration.ofMinutes(10))).isZero();
        assertThat(jobs.deleteOrphans(batch -> batch.equals(Offloads.batch(2)), Duration.ZERO))
                .isEqualTo(2);

        await().atMost(SOON).until(() -> jobs.find(BATCH).isEmpty());
        assertThat(jobs.find(Offloads.batch(2))).hasSize(1);
        assertThat(jobs.deleteOrphans(batch -> batch.equals(Offloads.batch(2)), Duration.ZERO))
                .isZero();
    }

    @Test
    void closedOneShouldLeaveTheJobs() {
        KubernetesShardJobs jobs = jobs("exec sleep 60");
        jobs.lookOnce();
        jobs.create(Offloads.shards(BATCH, 1, 1));
        await().atMost(SOON).until(() -> only(jobs).ready() == 1);

        jobs.close();

        assertThat(jobs.watching()).isFalse();
        assertThat(cluster.processes()).hasSize(1);
    }

    private KubernetesShardJobs jobs(String script) {
        ApiConfig api = new ApiConfig(
                Optional.of(cluster.api()),
                Duration.ofSeconds(2),
                Duration.ofMillis(700),
                1,
                Duration.ofMinutes(2),
                Duration.ofMillis(100));
        KubernetesCluster connection = KubernetesCluster.connect(api);
        open.add(connection);
        OffloadConfig config = Offloads.config(List.of("sh", "-c", script), "");
        KubernetesShardJobs jobs = connection.shardJobs(config, nanos::get, InstantSource.system());
        open.add(jobs);
        return jobs;
    }

    /** Runs passes, and advances the clock between them so that pods are checked. */
    private ShardJobState lookUntil(KubernetesShardJobs jobs, Predicate<ShardJobState> until) {
        return await().atMost(SOON)
                .until(
                        () -> {
                            nanos.addAndGet(Duration.ofMillis(200).toNanos());
                            jobs.lookOnce();
                            return only(jobs);
                        },
                        until::test);
    }

    private static ShardJobState only(KubernetesShardJobs jobs) {
        assertThat(jobs.states()).hasSize(1);
        return jobs.states().getFirst();
    }

    private long podLists() {
        return cluster.requests().stream()
                .filter(request -> request.contains("/pods"))
                .count();
    }

    private static void assertUnavailable(Runnable call) {
        long before = System.nanoTime();
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }

    private void touch(String name) {
        try {
            Files.createFile(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
