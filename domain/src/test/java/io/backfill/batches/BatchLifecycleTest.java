package io.backfill.batches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.Party;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class BatchLifecycleTest {
    private static final BatchEvent PLANNED = new BatchEvent.Planned(5, Optional.of("m"));
    private static final BatchEvent CANCEL = new BatchEvent.CancelRequested();

    private final SettableTime time = SettableTime.standing();
    private final OneRow row = new OneRow(Batch.created(
                    SeededIds.batch(1),
                    TenantId.DEFAULT,
                    new BatchSpec(
                            "file-x",
                            "/v1/embeddings",
                            CompletionWindow.parse("1h").orElseThrow(),
                            Optional.empty(),
                            Optional.empty()),
                    time.instant(),
                    SealedHeaders.NONE)
            .withLease(new Lease("node", 3, time.instant().plusSeconds(30))));
    private final BatchLifecycle lifecycle = new BatchLifecycle(row, time);

    @Test
    void applyAsOwnerShouldChangeTheRow() {
        Batch after = lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of());

        assertThat(after.status()).isEqualTo(BatchStatus.IN_PROGRESS);
        assertThat(row.current).isEqualTo(after);
    }

    @Test
    void applyAsOwnerShouldNotWriteAnEventThatWasApplied() {
        lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of());
        lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of());

        assertThat(row.replaced).isEqualTo(1);
    }

    @Test
    void applyAsOwnerShouldRefuseAnotherEpoch() {
        assertThatThrownBy(() -> lifecycle.applyAsOwner(SeededIds.batch(1), 2, PLANNED, List.of()))
                .isInstanceOf(LeaseLostException.class);
        assertThat(row.replaced).isZero();
    }

    @Test
    void applyAsOwnerShouldRefuseABatchThatIsGone() {
        assertThatThrownBy(() -> lifecycle.applyAsOwner(SeededIds.batch(9), 3, PLANNED, List.of()))
                .isInstanceOf(LeaseLostException.class);
    }

    @Test
    void applyAsOwnerShouldNoticeThatTheLeaseWasLostBetweenReadAndWrite() {
        row.beforeReplace.add(() -> row.current =
                row.current.withLease(new Lease("other", 4, time.instant().plusSeconds(30))));

        assertThatThrownBy(() -> lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of()))
                .isInstanceOf(LeaseLostException.class);
        assertThat(row.current.status()).isEqualTo(BatchStatus.VALIDATING);
    }

    @Test
    void applyAsOwnerShouldGoOnFromACancelThatCameInBetween() {
        row.beforeReplace.add(() -> row.current = BatchTransitions.apply(row.current, CANCEL, time.instant()));

        Batch after = lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of());

        assertThat(after.status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(after.counts().total()).isEqualTo(5);
    }

    @Test
    void applyShouldReadAgainAfterALostRace() {
        Batch stale = row.current;
        row.current = BatchTransitions.apply(row.current, PLANNED, time.instant());

        Batch after = lifecycle.apply(stale, CANCEL);

        assertThat(after.status()).isEqualTo(BatchStatus.CANCELLING);
        assertThat(after.state().entered()).containsOnlyKeys(BatchStatus.IN_PROGRESS, BatchStatus.CANCELLING);
    }

    @Test
    void applyShouldSayWhenTheBatchEndedInBetween() {
        Batch stale = row.current;
        row.current = BatchTransitions.apply(row.current, new BatchEvent.Refused(List.of()), time.instant());

        assertThatThrownBy(() -> lifecycle.apply(stale, CANCEL)).isInstanceOf(IllegalTransitionException.class);
    }

    @Test
    void aBackendThatNeverLetsAnybodyWinShouldEndAsUnavailable() {
        row.neverReplace = true;

        assertThatThrownBy(() -> lifecycle.apply(row.current, CANCEL))
                .isInstanceOfSatisfying(
                        BackfillException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThatThrownBy(() -> lifecycle.applyAsOwner(SeededIds.batch(1), 3, PLANNED, List.of()))
                .isInstanceOf(BackfillException.class);
    }

    @Test
    void ofManyCancelsAtOnceOneShouldChangeTheRowAndAllShouldSucceed() throws InterruptedException {
        Party party = new Party(16);
        ConcurrentLinkedQueue<Batch> answers = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        Batch seen = row.current;
        for (int i = 0; i < 16; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                party.attend();
                answers.add(lifecycle.apply(seen, CANCEL));
            }));
        }
        party.awaitGuests().disband();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(answers).hasSize(16).allMatch(batch -> batch.status() == BatchStatus.CANCELLING);
        assertThat(row.replaced).isEqualTo(1);
    }

    /** A catalog with one row. A test can make something happen between a read and the following write. */
    private static final class OneRow implements BatchCatalog {
        private volatile Batch current;
        private final ConcurrentLinkedQueue<Runnable> beforeReplace = new ConcurrentLinkedQueue<>();
        private volatile int replaced;
        private boolean neverReplace;

        OneRow(Batch current) {
            this.current = current;
        }

        @Override
        public Optional<Batch> find(BatchId id) {
            return Optional.of(current).filter(batch -> batch.id().equals(id));
        }

        @Override
        public synchronized boolean replace(Batch before, Batch after, List<StoredFile> files) {
            Optional.ofNullable(beforeReplace.poll()).ifPresent(Runnable::run);
            if (neverReplace
                    || current.version() != before.version()
                    || current.lease().epoch() != before.lease().epoch()) {
                return false;
            }
            current = after;
            replaced++;
            return true;
        }

        @Override
        public Batch create(Batch batch, Optional<IdempotencyKey> key, CreateRate rate) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Batch> list(TenantId tenant, BatchQuery query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean recordProgress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void recordProgress(List<Progress> all) {
            throw new AssertionError("not for this test");
        }

        @Override
        public boolean recordForecast(BatchId id, long epoch, Forecast forecast) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<BatchStatus, Long> countRunning() {
            throw new UnsupportedOperationException();
        }
    }
}
