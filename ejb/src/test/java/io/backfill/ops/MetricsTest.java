package io.backfill.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.admission.NodeCapacity;
import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.SampleBatches;
import io.backfill.batches.Usage;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.Outcome;
import io.backfill.fair.CapShares;
import io.backfill.fair.DeadlineWatch;
import io.backfill.fair.FairGate;
import io.backfill.fair.GateContext;
import io.backfill.fair.Places;
import io.backfill.fair.TenantShares;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.models.Model;
import io.backfill.replicas.FleetRegistry;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestModels;
import io.backfill.testing.TestRequests;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final RecordedMetrics shown = new RecordedMetrics();
    private final MetricRegistry registry = shown.registry();
    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final TestModels models = new TestModels(TestModels.model("listed", 4));
    private final ModelLabels labels = new ModelLabels(models);
    private final Metrics metrics =
            new Metrics(registry, catalog, catalog, catalog, new MemoryBatchQueue(), labels, time);

    private static Model named(String name) {
        return TestModels.model(name, 4);
    }

    private void call(String model, long millis) {
        metrics.sent(named(model));
        metrics.retried(named(model), new Outcome.Cancelled());
        metrics.ended(
                named(model), new Outcome.TimedOut(), Duration.ofMillis(millis).toNanos());
        metrics.used(TestRequests.to(named(model), new AbortSignal(time)), new Usage(10, 5, 3, 0, 13));
    }

    @Test
    void namesThatClientsMadeUpShouldShareOneLabel() {
        int before = shown.size();
        call("listed", 1);
        int ofOne = shown.size() - before;
        for (int i = 0; i < 2_000; i++) {
            call("made-up-" + i, 1);
        }

        assertThat(shown.values("model")).containsExactlyInAnyOrder("listed", "other");
        assertThat(shown.size() - before).isEqualTo(2 * ofOne);
        assertThat(shown.value("backfill_output_tokens", "model", "other")).isEqualTo(6_000);
        assertThat(metrics.histograms()).contains("_count{model=\"other\",mp_scope=\"application\"} 2000\n");
    }

    @Test
    void seriesOfAModelThatIsNotListedAnyMoreShouldGo() {
        call("listed", 1);
        metrics.sent(named("listed"));
        models.replace();
        metrics.ended(named("listed"), new Outcome.TimedOut(), 1);
        metrics.refreshOnce();

        assertThat(shown.values("model")).containsExactly("other");
        assertThat(shown.value("backfill_requests_in_flight", "model", "other")).isZero();
        assertThat(metrics.histograms()).doesNotContain("listed");
    }

    @Test
    void durationsShouldBeCountedInFixedBuckets() {
        call("listed", 50);
        call("listed", 51);
        call("listed", 700_000);

        assertThat(metrics.histograms())
                .startsWith("# HELP backfill_request_duration_seconds ")
                .contains("# TYPE backfill_request_duration_seconds histogram\n")
                .contains(
                        "backfill_request_duration_seconds_bucket{model=\"listed\",mp_scope=\"application\",le=\"0.05\"} 1\n")
                .contains(
                        "backfill_request_duration_seconds_bucket{model=\"listed\",mp_scope=\"application\",le=\"0.1\"} 2\n")
                .contains(
                        "backfill_request_duration_seconds_bucket{model=\"listed\",mp_scope=\"application\",le=\"600.0\"} 2\n")
                .contains(
                        "backfill_request_duration_seconds_bucket{model=\"listed\",mp_scope=\"application\",le=\"+Inf\"} 3\n")
                .contains("backfill_request_duration_seconds_sum{model=\"listed\",mp_scope=\"application\"} 700.101\n")
                .contains("backfill_request_duration_seconds_count{model=\"listed\",mp_scope=\"application\"} 3\n");
    }

    @Test
    void batchesThatEndShouldBeCountedByStatus() {
        BatchLifecycle lifecycle = new BatchLifecycle(catalog, time, new BatchEndMetrics(registry));
        Batch batch = SampleBatches.batch(1);
        catalog.insert(batch);
        lifecycle.applyAsOwner(batch.id(), 0, new BatchEvent.EndedUnplanned(), List.of());
        metrics.refreshOnce();

        assertThat(shown.value("backfill_batches_ended", "status", "expired")).isOne();
        assertThat(shown.value("backfill_batches_ended", "status", "completed")).isZero();
        assertThat(shown.values("backfill_batches", "status"))
                .containsExactlyInAnyOrder("validating", "in_progress", "finalizing", "cancelling");
    }

    @Test
    void replicasOfMadeUpNamesShouldShareTheirSeriesAndGoWithThem() {
        FleetRegistry fleets = new FleetRegistry(time);
        FairGate gate = new FairGate(
                request -> new Outcome.TimedOut(),
                new GateContext(
                        fleets,
                        new DeadlineWatch(time, time),
                        TenantShares.EQUAL,
                        CapShares.WHOLE,
                        NodeCapacity.unlimited(),
                        UnaryOperator.identity(),
                        time));
        CapacityMetrics capacity = new CapacityMetrics(registry, fleets, gate, new DeadlineWatch(time, time), labels);
        List<Places.Place> places = Stream.of("listed", "made-up-1", "made-up-2")
                .map(name -> fleets.tryTake(TestRequests.to(named(name), new AbortSignal(time)))
                        .orElseThrow())
                .toList();
        capacity.refreshOnce();

        assertThat(shown.values("model")).containsExactlyInAnyOrder("listed", "other");
        String replica = TestModels.replica(0).toString();
        assertThat(shown.values("replica")).containsExactly(replica);
        assertThat(shown.value("backfill_replica_in_flight", new Tag("model", "other"), new Tag("replica", replica)))
                .isEqualTo(2);
        assertThat(shown.value("backfill_endpoint_in_flight", new Tag("model", "other"), new Tag("endpoint", replica)))
                .isEqualTo(2);
        places.forEach(place -> place.release(new Outcome.TimedOut()));
        time.advance(Duration.ofMinutes(1));
        fleets.forgetIdle(models::isListed);
        models.replace();
        capacity.refreshOnce();
        fleets.forgetIdle(models::isListed);
        capacity.refreshOnce();

        assertThat(shown.values("replica")).isEmpty();
        assertThat(shown.values("endpoint")).isEmpty();
        assertThat(shown.values("model")).containsExactly("other");
    }
}
