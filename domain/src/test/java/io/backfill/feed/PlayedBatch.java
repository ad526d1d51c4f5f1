package io.backfill.feed;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchLifecycle;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SampleBatches;
import io.backfill.batches.SealedHeaders;
import io.backfill.batches.Usage;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.memory.MemoryBatchCatalog;
import io.backfill.results.Assembly;
import io.backfill.results.LogEpoch;
import io.backfill.results.LogTotals;
import io.backfill.results.NotRunReason;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SettableTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A batch that is run step by step, as nodes do. Every fifth line ends as an error. */
public final class PlayedBatch {
    private final MemoryBatchCatalog batches;
    private final BatchLifecycle lifecycle;
    private final FileStore store;
    private final ResultLogs logs;
    private final SettableTime time;
    private final PlannedBatch planned;
    private long epoch;
    private Optional<ResultLog> log = Optional.empty();
    private int next;

    private PlayedBatch(
            MemoryBatchCatalog batches, FileStore store, ResultLogs logs, SettableTime time, PlannedBatch planned) {
        this.batches = batches;
        this.lifecycle = new BatchLifecycle(batches, time);
        this.store = store;
        this.logs = logs;
        this.time = time;
        this.planned = planned;
    }

    /** Creates the row and the plan of a batch, which is in progress and not claimed. */
    public static PlayedBatch planned(
            MemoryBatchCatalog batches,
            FileStore store,
            ResultLogs logs,
            SettableTime time,
            TenantId tenant,
            int number,
            int lines)
            throws IOException {
        BatchId id = SeededIds.batch(number);
        FileId input = SeededIds.file(10_000 + number);
        store.put(StoredFile.key(input), new ByteArrayInputStream(new byte[] {'x'}), 1);
        Batch sample = SampleBatches.reading(input, id);
        batches.insert(Batch.created(id, tenant, sample.spec(), SampleBatches.NOON, SealedHeaders.NONE));
        PlayedBatch played = new PlayedBatch(batches, store, logs, time, PlannedBatch.in(store, id, lines));
        played.lifecycle.applyAsOwner(id, 0, new BatchEvent.Planned(lines, Optional.of("m")), List.of());
        return played;
    }

    public BatchId id() {
        return planned.id();
    }

    public Batch row() {
        return batches.find(id()).orElseThrow();
    }

    /** Another node takes the batch over, after the lease of the one before has run out; that one says nothing more. */
    public void claim() {
        time.advance(Duration.ofMinutes(1));
        epoch = batches.claim(id(), "node-" + epoch, Duration.ofSeconds(20))
                .orElseThrow()
                .lease()
                .epoch();
        // a batch with which several nodes died would be kept apart
        batches.clear(id(), epoch);
    }

    /** The owner opens its log. */
    public void open() throws IOException {
        log = Optional.of(logs.open(id(), planned.plan(), LogEpoch.ofNode(epoch)));
    }

    /** The owner logs the results of the next lines, and records them. */
    public void finish(int lines) throws IOException {
        ResultLog now = log.orElseThrow();
        planned.append(now, next, next + lines);
        next += lines;
        now.checkpoint();
        LogTotals totals = now.totals();
        batches.recordProgress(id(), epoch, counts(totals), usage(totals));
    }

    /** The owner logs results, and dies before it records them. */
    public void finishUnrecorded(int lines) throws IOException {
        planned.append(log.orElseThrow(), next, next + lines);
        next += lines;
    }

    public void cancel() {
        lifecycle.apply(row(), new BatchEvent.CancelRequested());
    }

    /** The owner makes the result files, ends the batch and removes its folder. */
    public void end() throws IOException {
        log.orElseThrow().close();
        Assembly assembly = Assembly.open(store, logs, id(), planned.manifest(), LogEpoch.ofNode(epoch));
        LogTotals totals = assembly.totals();
        lifecycle.applyAsOwner(
                id(), epoch, new BatchEvent.AssemblyBegun(files(), assembly.unfinished() == 0), List.of());
        Assembly.Made made = assembly.write(files(), NotRunReason.CANCELLED);
        lifecycle.applyAsOwner(
                id(),
                epoch,
                new BatchEvent.Assembled(
                        counts(totals),
                        usage(totals),
                        files().made(made.outputBytes() > 0, made.errorBytes() > 0, assembly.partitions())),
                records(made));
        store.deleteFolder(Batch.folder(id()));
    }

    private ResultFiles files() {
        int number = Integer.parseInt(id().value().substring(id().value().length() - 4), 16);
        return ResultFiles.reserved(SeededIds.file(2 * number), SeededIds.file(2 * number + 1));
    }

    private List<StoredFile> records(Assembly.Made made) {
        List<StoredFile> records = new ArrayList<>();
        if (made.outputBytes() > 0) {
            records.add(record(files().output(), made.outputBytes()));
        }
        if (made.errorBytes() > 0) {
            records.add(record(files().errors(), made.errorBytes()));
        }
        return records;
    }

    private StoredFile record(FileId id, long bytes) {
        return new StoredFile(
                id,
                row().tenant(),
                "results.jsonl",
                FilePurpose.BATCH_OUTPUT,
                bytes,
                time.instant(),
                Optional.of(time.instant().plus(Duration.ofDays(30))));
    }

    private RequestCounts counts(LogTotals totals) {
        return new RequestCounts(planned.size(), totals.completed(), totals.failed());
    }

    private static Optional<Usage> usage(LogTotals totals) {
        return totals.completed() == 0 ? Optional.empty() : Optional.of(totals.usage());
    }
}
