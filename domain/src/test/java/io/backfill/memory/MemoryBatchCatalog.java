package io.backfill.memory;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchLeases;
import io.backfill.batches.BatchPause;
import io.backfill.batches.BatchQuery;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.BatchSteering;
import io.backfill.batches.BatchSupervision;
import io.backfill.batches.BatchesOfEndpoint;
import io.backfill.batches.CreateRate;
import io.backfill.batches.Forecast;
import io.backfill.batches.Handback;
import io.backfill.batches.IdempotencyKey;
import io.backfill.batches.Lease;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.SteeringChange;
import io.backfill.batches.Supervision;
import io.backfill.batches.Usage;
import io.backfill.batches.WaitingBatch;
import io.backfill.batches.WaitingBatches;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.retention.EndedBatches;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.WebhookEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Holds rows and leases of batches in one map. The injected time acts as the database's clock. Not persistent. Thread-safe. */
public final class MemoryBatchCatalog
        implements BatchCatalog,
                BatchesOfEndpoint,
                BatchLeases,
                BatchSupervision,
                BatchSteering,
                WaitingBatches,
                EndedBatches {
    private final InstantSource time;
    private final MemoryFileCatalog files;
    private final MemoryWebhooks webhooks;
    /** Writes are guarded by this object's lock, which makes every method atomic. Reads do not take the lock. */
    private final ConcurrentNavigableMap<BatchId, Batch> rows = new ConcurrentSkipListMap<>();

    /** Guarded by this object's lock. */
    private final Map<Slot, Use> keys = new HashMap<>();

    /** Rate already consumed by each tenant. Guarded by this object's lock. */
    private final Map<TenantId, Long> paidUntil = new HashMap<>();

    /** Last hand-back of each batch. Guarded by this object's lock. */
    private final Map<BatchId, MemoryHandback> handbacks = new HashMap<>();

    public MemoryBatchCatalog(InstantSource time) {
        this.time = time;
        this.files = new MemoryFileCatalog(
                (file, rerunSince) -> rows.values().stream().anyMatch(batch -> reads(batch, file, rerunSince)));
        this.webhooks = new MemoryWebhooks(time);
    }

    /**
     * Returns the catalog of the files of these batches. It receives their result files and keeps an input file while a batch
     * reads it.
     */
    public MemoryFileCatalog files() {
        return files;
    }

    /** Returns the webhooks that receive the events of these batches. */
    public MemoryWebhooks webhooks() {
        return webhooks;
    }

    @Override
    public synchronized Batch create(Batch batch, Optional<IdempotencyKey> key, CreateRate rate) {
        Optional<Use> use = key.map(MemoryBatchCatalog::slot)
                .map(keys::get)
                .filter(earlier -> earlier.rememberedAt(batch.identity().createdAt()));
        if (use.isPresent()) {
            return use.get().repeated(key.get(), rows);
        }
        if (rows.containsKey(batch.id())) {
            throw new IllegalStateException("batch " + batch.id() + " already exists");
        }
        if (rate.isLimited()) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, time.instant());
            paidUntil.put(batch.tenant(), rate.take(paidUntil.getOrDefault(batch.tenant(), 0L), now));
        }
        rows.put(batch.id(), batch);
        key.ifPresent(once -> keys.put(
                slot(once),
                new Use(once.fingerprint(), batch.id(), batch.identity().createdAt())));
        return batch;
    }

    private static Slot slot(IdempotencyKey key) {
        return new Slot(key.tenant(), key.key());
    }

    @Override
    public Optional<Batch> find(BatchId id) {
        return Optional.ofNullable(rows.get(id));
    }

    @Override
    public List<Batch> list(TenantId tenant, BatchQuery query) {
        return query.after().map(cursor -> rows.headMap(cursor, false)).orElse(rows).descendingMap().values().stream()
                .filter(batch -> batch.tenant().equals(tenant))
                .filter(query.filter()::matches)
                .limit(query.limit())
                .toList();
    }

    @Override
    public List<Batch> olderThan(TenantId tenant, String endpoint, Optional<BatchId> cursor, int limit) {
        return list(tenant, cursor, Integer.MAX_VALUE).stream()
                .filter(batch -> batch.spec().endpoint().equals(endpoint))
                .limit(limit)
                .toList();
    }

    @Override
    public List<Batch> newerThan(TenantId tenant, String endpoint, BatchId cursor, int limit) {
        return rows.tailMap(cursor, false).values().stream()
                .filter(batch ->
                        batch.tenant().equals(tenant) && batch.spec().endpoint().equals(endpoint))
                .limit(limit)
                .toList()
                .reversed();
    }

    @Override
    public synchronized boolean replace(Batch before, Batch after, List<StoredFile> added) {
        Batch row = rows.get(before.id());
        if (row == null
                || row.version() != before.version()
                || row.lease().epoch() != before.lease().epoch()) {
            return false;
        }
        Batch next = after.withLease(row.lease())
                .withForecast(row.forecast())
                .withSupervision(row.supervision())
                .withSteering(row.steering());
        next = row.spec().metadata().map(next::withMetadata).orElse(next);
        rows.put(row.id(), next.status().terminal() ? next : raised(next, row.counts(), row.usage()));
        added.forEach(files::put);
        WebhookEvent.ofEnd(next).ifPresent(webhooks::add);
        return true;
    }

    @Override
    public synchronized boolean recordProgress(BatchId id, long epoch, RequestCounts counts, Optional<Usage> usage) {
        Batch row = rows.get(id);
        if (row == null || row.lease().epoch() != epoch) {
            return false;
        }
        if (!row.status().terminal()) {
            rows.put(id, raised(row, counts, usage));
        }
        return true;
    }

    @Override
    public synchronized void recordProgress(List<Progress> all) {
        all.forEach(progress -> recordProgress(progress.id(), progress.epoch(), progress.counts(), progress.usage()));
    }

    @Override
    public synchronized boolean recordForecast(BatchId id, long epoch, Forecast forecast) {
        Batch row = rows.get(id);
        if (row == null || row.lease().epoch() != epoch) {
            return false;
        }
        if (!row.status().terminal()) {
            rows.put(id, row.withForecast(forecast));
            if (forecast.atRisk()) {
                webhooks.add(WebhookEvent.atRisk(row.tenant(), id, time.instant()));
            }
        }
        return true;
    }

    @Override
    public Map<BatchStatus, Long> countRunning() {
        return waiting().collect(groupingBy(Batch::status, counting()));
    }

    @Override
    public synchronized Optional<Batch> claim(BatchId id, String owner, Duration length) {
        return claim(id, owner, length, this::claimable);
    }

    private Optional<Batch> claim(BatchId id, String owner, Duration length, Predicate<Batch> condition) {
        Batch row = rows.get(id);
        if (row == null || !condition.test(row)) {
            return Optional.empty();
        }
        long epoch = row.lease().epoch() + 1;
        Batch claimed = row.withLease(new Lease(owner, epoch, time.instant().plus(length)))
                .withSupervision(row.supervision().started());
        rows.put(id, claimed);
        return Optional.of(claimed);
    }

    @Override
    public synchronized boolean renew(BatchId id, long epoch, Duration length) {
        Optional<Lease> held = lease(id, epoch);
        Instant until = time.instant().plus(length);
        held.ifPresent(lease -> rows.computeIfPresent(
                id,
                (same, row) -> row.status().terminal() ? row : row.withLease(new Lease(lease.owner(), epoch, until))));
        return held.isPresent();
    }

    @Override
    public synchronized Optional<Duration> release(BatchId id, long epoch, Handback how) {
        if (lease(id, epoch).isEmpty()) {
            return Optional.empty();
        }
        rows.computeIfPresent(
                id,
                (same, row) -> row.withLease(new Lease("", epoch, Instant.EPOCH))
                        .withSupervision(row.supervision().left()));
        return Optional.of(handbacks
                .merge(
                        id,
                        MemoryHandback.first(how, time.instant()),
                        (before, first) -> before.next(how, time.instant()))
                .pause());
    }

    @Override
    public synchronized Renewal renewAll(Map<BatchId, Long> epochs, Duration length) {
        Set<BatchId> renewed = epochs.entrySet().stream()
                .filter(held -> renew(held.getKey(), held.getValue(), length))
                .map(Map.Entry::getKey)
                .collect(toSet());
        return new Renewal(
                renewed,
                epochs.keySet().stream().filter(id -> !renewed.contains(id)).collect(toSet()),
                renewed.stream()
                        .filter(id -> find(id).orElseThrow().status() == BatchStatus.CANCELLING)
                        .collect(toSet()),
                renewed.stream()
                        .filter(id -> find(id).orElseThrow().isHeldBack())
                        .collect(toSet()),
                renewed.stream()
                        .collect(toMap(id -> id, id -> find(id).orElseThrow().steering())));
    }

    @Override
    public List<Batch> claimable(int limit) {
        return waiting()
                .filter(this::claimable)
                .sorted(comparing(Batch::deadline).thenComparing(Batch::id))
                .limit(limit)
                .toList();
    }

    @Override
    public long claimableCount() {
        return waiting().filter(this::claimable).count();
    }

    @Override
    public Optional<Instant> earliestDeadline() {
        return waiting().map(Batch::deadline).min(Instant::compareTo);
    }

    @Override
    public synchronized int releaseAllOf(String prefix) {
        List<Batch> held = rows.values().stream()
                .filter(batch -> !batch.lease().owner().isEmpty())
                .filter(batch -> batch.lease().owner().startsWith(prefix))
                .toList();
        held.forEach(batch ->
                rows.put(batch.id(), batch.withLease(new Lease("", batch.lease().epoch(), Instant.EPOCH))));
        return held.size();
    }

    @Override
    public List<BatchId> suspects(int limit) {
        return waiting()
                .filter(this::suspect)
                .filter(batch -> !handback(batch).retryAt().isAfter(time.instant()))
                .sorted(comparing((Batch batch) -> batch.supervision().startsWithoutEnd())
                        .thenComparing(Batch::deadline)
                        .thenComparing(Batch::id))
                .limit(limit)
                .map(Batch::id)
                .toList();
    }

    @Override
    public List<Batch> endable(Instant now, int limit) {
        return waiting()
                .filter(this::free)
                .filter(batch -> switch (batch.status()) {
                    case VALIDATING -> !now.isBefore(batch.deadline());
                    case CANCELLING -> batch.counts().total() == 0;
                    case IN_PROGRESS, FINALIZING, COMPLETED, FAILED, EXPIRED, CANCELLED -> false;
                })
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<String> models(String after, int limit) {
        return unheld().flatMap(batch -> handback(batch).models().stream())
                .filter(model -> model.compareTo(after) > 0)
                .distinct()
                .sorted()
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<WaitingBatch> next(String model, Optional<TenantId> after, int tenants, int each) {
        Instant now = time.instant();
        return unheld()
                .filter(batch -> handback(batch).waitsFor(model, now))
                .filter(batch -> after.isEmpty()
                        || batch.tenant().value().compareTo(after.get().value()) > 0)
                .sorted(comparing((Batch batch) -> handback(batch).retryAt())
                        .thenComparing(batch -> batch.steering().priority())
                        .thenComparing(Batch::deadline)
                        .thenComparing(Batch::id))
                .collect(groupingBy(batch -> batch.tenant().value(), TreeMap::new, toList()))
                .values()
                .stream()
                .limit(tenants)
                .flatMap(own -> own.stream().limit(each))
                .map(batch -> handback(batch).waiting(batch, model))
                .toList();
    }

    @Override
    public synchronized Optional<Batch> claimSuspect(BatchId id, String owner, Duration length) {
        return claim(id, owner, length, this::suspect);
    }

    @Override
    public synchronized void clear(BatchId id, long epoch) {
        if (lease(id, epoch).isPresent()) {
            supervise(id, Supervision::cleared);
        }
    }

    @Override
    public synchronized void excuse(BatchId id, long epoch) {
        if (find(id).filter(row -> row.lease().epoch() > epoch).isPresent()) {
            supervise(id, Supervision::excused);
        }
    }

    @Override
    public synchronized List<Batch> setAside(int limit) {
        List<Batch> paused = waiting()
                .filter(this::free)
                .filter(batch ->
                        batch.pause().isEmpty() && batch.supervision().startsWithoutEnd() >= Supervision.SET_ASIDE_FROM)
                .limit(limit)
                .map(batch -> supervise(
                        batch.id(), before -> before.paused(new BatchPause(time.instant(), BatchPause.Reason.CRASHED))))
                .toList();
        paused.forEach(batch -> webhooks.add(WebhookEvent.paused(batch.tenant(), batch.id(), time.instant())));
        return paused;
    }

    @Override
    public List<BatchId> abandoned(int limit) {
        return waiting()
                .filter(batch -> claimable(batch) && !batch.lease().owner().isEmpty())
                .map(Batch::id)
                .limit(limit)
                .toList();
    }

    @Override
    public long pausedCount() {
        return waiting()
                .filter(batch -> batch.pause()
                        .filter(pause -> pause.reason() == BatchPause.Reason.CRASHED)
                        .isPresent())
                .count();
    }

    @Override
    public synchronized Outcome pause(BatchId id, BatchPause.Reason reason) {
        Optional<Batch> row = find(id).filter(
                        batch -> batch.status() == BatchStatus.VALIDATING || batch.status() == BatchStatus.IN_PROGRESS);
        row.filter(batch -> batch.pause().isEmpty()).ifPresent(batch -> pauseNow(batch, reason));
        return row.isPresent() ? Outcome.DONE : Outcome.REFUSED;
    }

    @Override
    public synchronized Outcome endPause(BatchId id) {
        Optional<Batch> row = find(id).filter(batch -> !batch.status().terminal())
                .filter(batch -> batch.pause()
                        .filter(pause -> !pause.reason().endsByOwner())
                        .isEmpty());
        row.ifPresent(batch -> supervise(id, Supervision::unpaused));
        return row.isPresent() ? Outcome.DONE : Outcome.REFUSED;
    }

    @Override
    public synchronized boolean pauseSpent(BatchId id, long epoch, long tokens) {
        Optional<Batch> row = lease(id, epoch)
                .flatMap(lease -> find(id))
                .filter(batch -> batch.pause().isEmpty())
                .filter(batch -> batch.status() == BatchStatus.VALIDATING || batch.status() == BatchStatus.IN_PROGRESS)
                .filter(batch -> batch.steering().tokenBudget().isPresent()
                        && batch.steering().tokenBudget().getAsLong() <= tokens);
        row.ifPresent(batch -> pauseNow(batch, BatchPause.Reason.BUDGET));
        return row.isPresent();
    }

    private void pauseNow(Batch batch, BatchPause.Reason reason) {
        supervise(batch.id(), before -> before.paused(new BatchPause(time.instant(), reason)));
        webhooks.add(WebhookEvent.paused(batch.tenant(), batch.id(), time.instant()));
    }

    @Override
    public synchronized Outcome steer(BatchId id, SteeringChange change, Optional<Map<String, String>> metadata) {
        Batch row = rows.get(id);
        if (row == null || !change.isNone() && row.status().terminal()) {
            return Outcome.REFUSED;
        }
        Batch steered = row.withSteering(change.of(row.steering()));
        rows.put(id, metadata.map(steered::withMetadata).orElse(steered));
        return Outcome.DONE;
    }

    @Override
    public synchronized boolean resume(BatchId id) {
        return order(id, row -> row.supervision().resumed(row.lease().heldAt(time.instant())));
    }

    @Override
    public synchronized boolean settle(BatchId id) {
        // makes the batch eligible at once, whatever the state of its models
        handbacks.remove(id);
        return order(id, row -> row.supervision().settling());
    }

    private boolean order(BatchId id, Function<Batch, Supervision> change) {
        Optional<Batch> row = find(id).filter(batch -> !batch.status().terminal());
        row.ifPresent(batch -> supervise(id, before -> change.apply(batch)));
        return row.isPresent();
    }

    private Batch supervise(BatchId id, UnaryOperator<Supervision> change) {
        Batch row = Objects.requireNonNull(rows.get(id));
        Batch after = row.withSupervision(change.apply(row.supervision()));
        rows.put(id, after);
        return after;
    }

    @Override
    public synchronized List<BatchId> settleable(Instant now, int limit) {
        Instant leaseClock = time.instant();
        return unheld().filter(batch -> !handback(batch).retryAt().isAfter(leaseClock))
                .filter(batch -> switch (batch.status()) {
                    case FINALIZING -> true;
                    case CANCELLING -> batch.counts().total() > 0;
                    case IN_PROGRESS -> !now.isBefore(batch.deadline());
                    case VALIDATING, COMPLETED, FAILED, EXPIRED, CANCELLED -> false;
                })
                .map(Batch::id)
                .limit(limit)
                .toList();
    }

    /** Does nothing, because the rows are the queue. */
    @Override
    public int repair() {
        return 0;
    }

    private Stream<Batch> unheld() {
        return waiting()
                .filter(this::claimable)
                .filter(batch -> batch.lease().owner().isEmpty());
    }

    private MemoryHandback handback(Batch batch) {
        return handbacks.getOrDefault(batch.id(), MemoryHandback.NEVER);
    }

    @Override
    public List<BatchId> endedBefore(Instant end, Optional<BatchId> after, int limit) {
        return after.map(cursor -> rows.tailMap(cursor, false)).orElse(rows).values().stream()
                .filter(batch -> batch.ended().filter(at -> !at.isAfter(end)).isPresent())
                .map(Batch::id)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized int remove(Collection<BatchId> ids) {
        Set<BatchId> removed = ids.stream()
                .filter(id ->
                        find(id).filter(batch -> batch.status().terminal()).isPresent())
                .collect(toSet());
        keys.values().removeIf(use -> removed.contains(use.batch()));
        rows.keySet().removeAll(removed);
        handbacks.keySet().removeAll(removed);
        return removed.size();
    }

    @Override
    public synchronized int forgetKeys(Instant now, int limit) {
        List<Slot> over = keys.entrySet().stream()
                .filter(key -> !key.getValue().rememberedAt(now))
                .map(Map.Entry::getKey)
                .limit(limit)
                .toList();
        over.forEach(keys::remove);
        return over.size();
    }

    /** Whether the file id is reserved for a result file of an unfinished batch. */
    boolean reserves(FileId file) {
        return waiting()
                .flatMap(batch -> batch.state().results().stream())
                .anyMatch(results ->
                        results.output().equals(file) || results.errors().equals(file));
    }

    private Stream<Batch> waiting() {
        return rows.values().stream().filter(batch -> !batch.status().terminal());
    }

    private static boolean reads(Batch batch, FileId file, Instant rerunSince) {
        boolean mayBeRunAgain = batch.counts().total() > 0
                && batch.ended().filter(rerunSince::isBefore).isPresent();
        boolean runs = !batch.status().terminal();
        return (runs || mayBeRunAgain)
                        && batch.spec().inputFileId().filter(file::equals).isPresent()
                || runs
                        && batch.identity()
                                .rerun()
                                .filter(rerun -> rerun.sources().contains(file))
                                .isPresent();
    }

    private boolean free(Batch batch) {
        return !batch.status().terminal() && !batch.lease().heldAt(time.instant());
    }

    private boolean onlySettles(Batch batch) {
        return batch.status() == BatchStatus.CANCELLING
                || batch.status() == BatchStatus.FINALIZING
                || batch.supervision().settle()
                || !time.instant().isBefore(batch.deadline());
    }

    private boolean claimable(Batch batch) {
        int starts = batch.supervision().startsWithoutEnd();
        boolean ordinary = batch.pause().isEmpty() && starts < Supervision.SUSPECT_FROM;
        return free(batch) && (ordinary || onlySettles(batch) && starts < Supervision.LEFT_ALONE_FROM);
    }

    private boolean suspect(Batch batch) {
        int starts = batch.supervision().startsWithoutEnd();
        return free(batch)
                && batch.pause().isEmpty()
                && starts >= Supervision.SUSPECT_FROM
                && starts < Supervision.SET_ASIDE_FROM
                && !onlySettles(batch);
    }

    /** Returns the row's lease if it still has this epoch and has not been released. */
    private Optional<Lease> lease(BatchId id, long epoch) {
        return find(id).map(Batch::lease)
                .filter(lease -> lease.epoch() == epoch && !lease.owner().isEmpty());
    }

    private static Batch raised(Batch batch, RequestCounts counts, Optional<Usage> usage) {
        Optional<Usage> most = batch.usage().isEmpty()
                ? usage
                : usage.map(other -> larger(batch.usage().get(), other)).or(batch::usage);
        return batch.withProgress(batch.counts().max(counts), most);
    }

    private static Usage larger(Usage a, Usage b) {
        return new Usage(
                Math.max(a.inputTokens(), b.inputTokens()),
                Math.max(a.cachedTokens(), b.cachedTokens()),
                Math.max(a.outputTokens(), b.outputTokens()),
                Math.max(a.reasoningTokens(), b.reasoningTokens()),
                Math.max(a.totalTokens(), b.totalTokens()));
    }

    private record Slot(TenantId tenant, String key) {}

    private record Use(String fingerprint, BatchId batch, Instant at) {
        boolean rememberedAt(Instant now) {
            return now.isBefore(at.plus(IdempotencyKey.REMEMBERED));
        }

        Batch repeated(IdempotencyKey key, Map<BatchId, Batch> rows) {
            if (!fingerprint.equals(key.fingerprint())) {
                throw new BackfillException(ErrorCode.CONFLICT, IdempotencyKey.CONFLICT);
            }
            Batch earlier = rows.get(batch);
            if (earlier == null) {
                throw new IllegalStateException("batch " + batch + " was removed before its idempotency key");
            }
            return earlier;
        }
    }
}
