package io.backfill.results;

import io.backfill.batches.Batch;
import io.backfill.batches.PartitionBytes;
import io.backfill.batches.ResultFiles;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Creates the output and the error file of a batch from its logs without parsing lines. Opening the logs first fixes which lines
 * count, so an {@code Assembly} includes every line that any owner finished. Repeating it yields the same bytes.
 */
public final class Assembly {
    private final FileStore store;
    private final BatchId batch;
    private final PlanManifest manifest;
    private final Map<ModelPlan, Checkpoint> partitions;

    private Assembly(FileStore store, BatchId batch, PlanManifest manifest, Map<ModelPlan, Checkpoint> partitions) {
        this.store = store;
        this.batch = batch;
        this.manifest = manifest;
        this.partitions = partitions;
    }

    /** Opens the logs of all partitions under {@code epoch}, which fixes their content. */
    public static Assembly open(FileStore store, ResultLogs logs, BatchId batch, PlanManifest manifest, long epoch)
            throws IOException {
        Map<ModelPlan, Checkpoint> partitions = new LinkedHashMap<>();
        for (ModelPlan plan : manifest.models()) {
            try (ResultLog log = logs.open(batch, plan, epoch)) {
                partitions.put(plan, log.checkpoint());
            }
        }
        return new Assembly(store, batch, manifest, partitions);
    }

    /** Returns the number of lines without a result. */
    public int unfinished() {
        return partitions.entrySet().stream()
                .mapToInt(partition -> partition.getKey().entries()
                        - partition.getValue().done().cardinality())
                .sum();
    }

    public LogTotals totals() {
        return partitions.values().stream().map(Checkpoint::totals).reduce(LogTotals.NONE, LogTotals::plus);
    }

    /** Returns what the files contain of each log, in the order of the files. */
    public List<PartitionBytes> partitions() {
        return partitions.entrySet().stream()
                .map(partition -> new PartitionBytes(
                        partition.getKey().partition(),
                        partition.getValue().bytes(ResultKind.OUTPUT),
                        partition.getValue().bytes(ResultKind.ERROR)))
                .toList();
    }

    /** Sizes of the created files. Zero means that the file would be empty and was not created. */
    public record Made(long outputBytes, long errorBytes) {}

    /**
     * Writes both files under the reserved ids. Lines without a result are last in the error file.
     *
     * @param why reason that is recorded for lines that never ran
     */
    public Made write(ResultFiles files, NotRunReason why) throws IOException {
        return write(files, why, Inherited.NONE);
    }

    /** Writes both files under the reserved ids, with lines of earlier batches behind those of this one. */
    public Made write(ResultFiles files, NotRunReason why, Inherited inherited) throws IOException {
        List<BlobPiece> errors = new ArrayList<>(pieces(ResultKind.ERROR));
        neverRunLines(why).ifPresent(errors::add);
        errors.addAll(inherited.errors());
        List<BlobPiece> outputs = new ArrayList<>(pieces(ResultKind.OUTPUT));
        outputs.addAll(inherited.output());
        long output = concatenate(StoredFile.key(files.output()), outputs);
        long error = concatenate(StoredFile.key(files.errors()), errors);
        return new Made(output, error);
    }

    private long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        return pieces.isEmpty() ? 0 : store.concatenate(target, pieces);
    }

    private List<BlobPiece> pieces(ResultKind kind) {
        List<BlobPiece> pieces = new ArrayList<>();
        partitions.forEach((plan, checkpoint) -> checkpoint.segments(kind).stream()
                .map(segment -> segment.piece(ResultLogs.folder(batch, plan.partition())))
                .forEach(pieces::add));
        return pieces;
    }

    private Optional<BlobPiece> neverRunLines(NotRunReason why) throws IOException {
        if (unfinished() == 0) {
            return Optional.empty();
        }
        String key = Batch.folder(batch) + "/never-run";
        try (BlobReader input = store.open(manifest.inputKey());
                NeverRunLines lines = new NeverRunLines(store, input, batch, why, partitions);
                InputStream bytes = new PiecewiseInputStream(lines::next)) {
            return Optional.of(new BlobPiece(key, store.put(key, bytes, Long.MAX_VALUE)));
        }
    }
}
