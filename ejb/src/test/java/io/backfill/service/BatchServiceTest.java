package io.backfill.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchConfig;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchSpec;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.CompletionWindow;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.Racers;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Steering;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.Wakeup;
import io.backfill.tenants.TenantId;
import io.backfill.testing.PlainHeaderVault;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import io.backfill.traces.BatchTraces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchServiceTest {
    private static final TenantId A = new TenantId("a");
    private static final TenantId B = new TenantId("b");
    private static final BatchSpec SPEC = new BatchSpec(
            "file-x",
            "/v1/chat/completions",
            CompletionWindow.parse("24h").orElseThrow(),
            Optional.empty(),
            Optional.empty());

    private final SettableTime time = SettableTime.standing();
    private final MemoryBatchCatalog catalog = new MemoryBatchCatalog(time);
    private final BatchLifecycle lifecycle = new BatchLifecycle(catalog, time);
    private final MemoryBatchQueue queue = new MemoryBatchQueue();
    private final List<Wakeup> heard = new ArrayList<>();
    private final PlainHeaderVault vault = new PlainHeaderVault();
    private final IdGenerator ids = SeededIds.of(time, 1);
    private final BatchService batches = service(BatchConfig.DEFAULT);

    private BatchService service(BatchConfig config) {
        LocalBatchEvents events = new LocalBatchEvents(Runnable::run);
        events.subscribe(heard::add);
        return new BatchService(
                new BatchService.Ports(catalog, lifecycle, catalog, queue, events, catalog.files()),
                ids,
                time,
                config,
                vault,
                BatchTraces.NONE);
    }

    private Batch create(TenantId tenant) {
        return batches.create(tenant, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
    }

    private static void assertRefused(ErrorCode code, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void createShouldKeepTheBatchAndWakeWorkers() {
        Batch batch = create(A);
        assertThat(catalog.find(batch.id())).contains(batch);
        assertThat(batch.status()).isEqualTo(BatchStatus.VALIDATING);
        assertThat(batch.state().headers()).isEqualTo(SealedHeaders.NONE);
        assertThat(queue.next(10)).extracting(Candidate::id).containsExactly(batch.id());
        assertThat(heard).containsExactly(new Wakeup.Work());
        assertThat(vault.sealed()).isEmpty();
    }

    @Test
    void createWithHeadersShouldSealThemForThatBatch() {
        Batch batch = batches.create(
                A, SPEC, Steering.NONE, Map.of("Authorization", "Bearer x"), Optional.empty(), Optional.empty());
        assertThat(vault.sealed()).isEqualTo(Map.of(batch.id(), Map.of("Authorization", "Bearer x")));
        assertThat(batch.state().headers().keyId()).isEqualTo(PlainHeaderVault.KEY_ID);
    }

    @Test
    void repeatedCreateShouldGiveTheFirstBatchAsItIsNow() {
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey(A, "k", "f"));
        Batch first = batches.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty());
        batches.cancel(A, first.id());
        Batch again = batches.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty());
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(queue.size()).isOne();
        assertRefused(
                ErrorCode.CONFLICT,
                () -> batches.create(
                        A,
                        SPEC,
                        Steering.NONE,
                        Map.of(),
                        Optional.of(new IdempotencyKey(A, "k", "other")),
                        Optional.empty()));
        assertThat(batches.list(A, BatchQuery.all(Optional.empty(), 10)).items())
                .hasSize(1);
    }

    @Test
    void cancelShouldTellWhoeverWorksOnIt() {
        BatchId id = create(A).id();
        heard.clear();
        assertThat(batches.cancel(A, id).status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(heard).containsExactly(new Wakeup.Order(id));
        assertThat(batches.cancel(A, id)).isEqualTo(catalog.find(id).orElseThrow());
    }

    @Test
    void cancelOfAnEndedBatchShouldBeRefused() {
        BatchId id = create(A).id();
        lifecycle.applyAsOwner(id, 0, new BatchEvent.EndedUnplanned(), List.of());
        heard.clear();
        assertThatThrownBy(() -> batches.cancel(A, id))
                .hasMessage("Cannot cancel a batch with status 'expired'.")
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThat(heard).isEmpty();
    }

    private BatchId ended(TenantId tenant) {
        BatchId id = create(tenant).id();
        lifecycle.applyAsOwner(id, 0, new BatchEvent.EndedUnplanned(), List.of());
        return id;
    }

    @Test
    void deleteShouldRemoveAnEndedBatchOnce() {
        BatchId id = ended(A);
        BatchId other = ended(A);

        batches.delete(A, id);

        assertRefused(ErrorCode.NOT_FOUND, () -> batches.get(A, id));
        assertRefused(ErrorCode.NOT_FOUND, () -> batches.delete(A, id));
        assertThat(batches.list(A, BatchQuery.all(Optional.of(id), 10)).items()).isEmpty();
        assertThat(batches.list(A, BatchQuery.all(Optional.empty(), 10)).items())
                .extracting(Batch::id)
                .containsExactly(other);
        assertThat(queue.next(10)).extracting(Candidate::id).doesNotContain(id);
    }

    @Test
    void deleteOfABatchThatHasNotEndedShouldSayWhatToDo() {
        BatchId id = create(A).id();
        assertThatThrownBy(() -> batches.delete(A, id))
                .hasMessage("Cannot delete a batch with status 'validating'. Cancel it first, and delete it once it has"
                        + " ended.")
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        batches.cancel(A, id);
        assertRefused(ErrorCode.CONFLICT, () -> batches.delete(A, id));
        assertThat(batches.get(A, id).status()).isEqualTo(BatchStatus.CANCELLING);
    }

    @Test
    void ofTwoDeletesAtOnceOneShouldFindNothing() {
        for (int round = 0; round < 20; round++) {
            BatchId id = ended(A);
            List<String> answers = Racers.race(2, racer -> {
                try {
                    batches.delete(A, id);
                    return "deleted";
                } catch (BackfillException e) {
                    return e.code().name();
                }
            });
            assertThat(answers).containsExactlyInAnyOrder("deleted", "NOT_FOUND");
        }
    }

    @Test
    void aKeyOfADeletedBatchShouldMakeANewOne() {
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey(A, "k", "f"));
        BatchId first = batches.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty())
                .id();
        lifecycle.applyAsOwner(first, 0, new BatchEvent.EndedUnplanned(), List.of());
        batches.delete(A, first);

        assertThat(batches.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty())
                        .id())
                .isNotEqualTo(first);
    }

    @Test
    void anotherTenantsBatchShouldBeAbsent() {
        BatchId id = create(A).id();
        assertRefused(ErrorCode.NOT_FOUND, () -> batches.get(B, id));
        assertRefused(ErrorCode.NOT_FOUND, () -> batches.cancel(B, id));
        assertRefused(ErrorCode.NOT_FOUND, () -> batches.delete(B, id));
        BatchId over = ended(A);
        assertRefused(ErrorCode.NOT_FOUND, () -> batches.delete(B, over));
        assertThat(batches.get(A, over).status()).isEqualTo(BatchStatus.EXPIRED);
        assertThat(batches.list(B, BatchQuery.all(Optional.empty(), 10)).items())
                .isEmpty();
        assertThat(batches.get(A, id).status()).isEqualTo(BatchStatus.VALIDATING);
    }

    @Test
    void pageShouldTellWhetherThereIsMore() {
        create(A);
        BatchId second = create(A).id();
        BatchId third = create(A).id();
        Page<Batch> page = batches.list(A, BatchQuery.all(Optional.empty(), 2));
        assertThat(page.items()).extracting(Batch::id).containsExactly(third, second);
        assertThat(page.hasMore()).isTrue();
        assertThat(batches.list(A, BatchQuery.all(Optional.of(second), 2)).hasMore())
                .isFalse();
    }

    @Test
    void createsShouldBeLimitedByTenantAndRefillEvenly() {
        BatchConfig d = BatchConfig.DEFAULT;
        BatchService limited = service(new BatchConfig(
                d.endpoints(), d.windowMin(), d.windowMax(), false, false, 3600, d.passThroughHeaders()));
        for (int i = 0; i < 3600; i++) {
            limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        }
        assertThatThrownBy(() -> limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty()))
                .isInstanceOfSatisfying(
                        RateLimitedException.class,
                        e -> assertThat(e.retryAfterSeconds()).isEqualTo(1));
        limited.create(B, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        time.advance(Duration.ofSeconds(1));
        limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty()))
                .isInstanceOf(RateLimitedException.class);
        time.advance(Duration.ofHours(5));
        for (int i = 0; i < 3600; i++) {
            limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        }
        assertThatThrownBy(() -> limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty()))
                .isInstanceOf(RateLimitedException.class);
    }

    @Test
    void waitShouldNeverBeLongerThanAMinute() {
        BatchService rare = limited(1);
        rare.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> rare.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty()))
                .isInstanceOfSatisfying(
                        RateLimitedException.class,
                        e -> assertThat(e.retryAfterSeconds()).isEqualTo(60));
    }

    private BatchService limited(int perHour) {
        BatchConfig d = BatchConfig.DEFAULT;
        return service(new BatchConfig(
                d.endpoints(), d.windowMin(), d.windowMax(), false, false, perHour, d.passThroughHeaders()));
    }

    @Test
    void createsShouldBeLimitedOverAllNodesAndThroughARestart() {
        for (int node = 0; node < 5; node++) {
            limited(5).create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        }
        assertThatThrownBy(
                        () -> limited(5).create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty()))
                .isInstanceOf(RateLimitedException.class);
    }

    @Test
    void aRepeatedCreateShouldCostNothing() {
        BatchService limited = limited(2);
        Optional<IdempotencyKey> key = Optional.of(new IdempotencyKey(A, "k", "f"));
        Batch first = limited.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty());
        for (int i = 0; i < 5; i++) {
            assertThat(limited.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty())
                            .id())
                    .isEqualTo(first.id());
        }
        limited.create(A, SPEC, Steering.NONE, Map.of(), Optional.empty(), Optional.empty());
        assertThat(limited.create(A, SPEC, Steering.NONE, Map.of(), key, Optional.empty())
                        .id())
                .isEqualTo(first.id());
    }
}
