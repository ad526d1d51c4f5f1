package io.backfill.feed;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchCatalog;
import io.backfill.batches.BatchStatus;
import io.backfill.batches.PartitionBytes;
import io.backfill.batches.ResultFiles;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.BlobReader;
import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.plan.PlanStore;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogEpoch;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLogs;
import io.backfill.results.Segment;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what the row, the checkpoints and the result files say about a batch's results. Opens no log and changes nothing, so it
 * neither disturbs the node that runs the batch nor depends on it. Thread-safe.
 */
public final class FeedSource {
    private final BatchCatalog batches;
    private final FileCatalog files;
    private final FileStore store;
    private final ResultLogs logs;
    private final InstantSource time;

    public FeedSource(BatchCatalog batches, FileCatalog files, FileStore store, ResultLogs logs, InstantSource time) {
        this.batches = batches;
        this.files = files;
        this.store = store;
        this.logs = logs;
        this.time = time;
    }

    /** Returns the plan of a batch that has one. A plan never changes. */
    Optional<PlanManifest> plan(BatchId batch) throws IOException {
        return new PlanStore(store).find(batch);
    }

    /** @throws BackfillException {@code NOT_FOUND} if the batch was deleted */
    Batch row(BatchId batch) {
        return batches.find(batch)
                .orElseThrow(
                        () -> new BackfillException(ErrorCode.NOT_FOUND, "No batch found with id '" + batch + "'."));
    }

    /** Returns what can be read now of a batch that had not ended a moment ago. */
    FeedView view(BatchId batch, PlanManifest plan) throws IOException {
        Map<ModelPlan, Checkpoint> recorded = new LinkedHashMap<>();
        for (ModelPlan partition : plan.models()) {
            recorded.put(partition, logs.newest(batch, partition.partition()));
        }
        // after the checkpoints: they were recorded by the owner of then, or an earlier one
        Batch row = row(batch);
        if (row.status().terminal()) {
            return ended(row);
        }
        List<FeedView.Content> contents = new ArrayList<>();
        LogTotals totals = LogTotals.NONE;
        for (Map.Entry<ModelPlan, Checkpoint> partition : recorded.entrySet()) {
            Checkpoint checkpoint = settled(partition.getValue(), row, plan);
            totals = totals.plus(checkpoint.totals());
            int number = partition.getKey().partition();
            for (ResultKind kind : ResultKind.values()) {
                contents.add(new FeedView.Content(
                        new FeedStream(number, kind),
                        checkpoint.segments(kind).stream()
                                .map(segment -> range(ResultLogs.folder(batch, number), segment))
                                .toList()));
            }
        }
        return new FeedView(false, contents, Set.of(), totals);
    }

    /**
     * Returns the checkpoint if no later owner can decide otherwise. While an owner has the lease and has not opened the log yet, an
     * earlier owner that is still alive may record lines that the new owner has not read and that will not count. A log that pods
     * write is opened only by their own attempts until the end.
     */
    private static Checkpoint settled(Checkpoint recorded, Batch row, PlanManifest plan) {
        boolean opening = !row.lease().owner().isEmpty()
                && recorded.epoch() < LogEpoch.ofNode(row.lease().epoch());
        return opening && !plan.offload() ? Checkpoint.NONE : recorded;
    }

    private static FeedView.Range range(String folder, Segment segment) {
        return new FeedView.Range(folder + "/" + segment.name(), 0, segment.length());
    }

    /** Returns what can be read of a batch that has ended. */
    FeedView ended(Batch row) {
        if (!row.status().terminal()) {
            throw new IllegalArgumentException("batch " + row.id() + " has not ended");
        }
        Set<ResultKind> gone = EnumSet.noneOf(ResultKind.class);
        List<FeedView.Content> contents = new ArrayList<>();
        List<FeedView.Content> rests = new ArrayList<>();
        List<PartitionBytes> partitions =
                row.state().results().map(ResultFiles::partitions).orElse(List.of());
        Map<ResultKind, Optional<StoredFile>> present = new HashMap<>();
        for (ResultKind kind : ResultKind.values()) {
            Optional<FileId> id = kind == ResultKind.OUTPUT ? row.outputFile() : row.errorFile();
            Optional<StoredFile> file = id.flatMap(wanted -> files.find(row.tenant(), wanted, time.instant()));
            if (id.isPresent() && file.isEmpty()) {
                gone.add(kind);
            }
            present.put(kind, file);
        }
        Map<ResultKind, Long> taken = new HashMap<>();
        for (PartitionBytes partition : partitions) {
            for (ResultKind kind : ResultKind.values()) {
                long bytes = kind == ResultKind.OUTPUT ? partition.output() : partition.errors();
                long from = taken.getOrDefault(kind, 0L);
                taken.put(kind, from + bytes);
                contents.add(content(
                        new FeedStream(partition.partition(), kind),
                        present.getOrDefault(kind, Optional.empty()),
                        from,
                        bytes));
            }
        }
        for (ResultKind kind : ResultKind.values()) {
            Optional<StoredFile> file = present.getOrDefault(kind, Optional.empty());
            long from = taken.getOrDefault(kind, 0L);
            long size = file.map(StoredFile::bytes).orElse(from);
            rests.add(content(new FeedStream(FeedStream.REST, kind), file, from, size - from));
        }
        contents.addAll(rests);
        return new FeedView(true, contents, gone, LogTotals.NONE);
    }

    private static FeedView.Content content(FeedStream stream, Optional<StoredFile> file, long from, long bytes) {
        return new FeedView.Content(
                stream,
                file.isEmpty() || bytes == 0
                        ? List.of()
                        : List.of(new FeedView.Range(file.get().key(), from, bytes)));
    }

    /** Reads the beginning of a range, at most {@code most} bytes. */
    byte[] read(FeedView.Range range, int most) throws IOException {
        int length = (int) Math.min(most, range.length());
        try (BlobReader blob = store.open(range.key());
                InputStream in = blob.stream(range.from(), length)) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException(range.key() + " ends before byte " + (range.from() + length));
            }
            return bytes;
        }
    }

    static boolean isPlanned(Batch row) {
        return row.status() != BatchStatus.VALIDATING && row.counts().total() > 0;
    }
}
