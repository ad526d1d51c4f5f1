package io.backfill.results;

import io.backfill.batches.Batch;
import io.backfill.batches.ResultFiles;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Creates the output and the error file of a batch whose logs may be damaged, from every complete result line in its folder,
 * regardless of the checkpoints. Each planned line is in exactly one of the files, once: a line without a readable result gets an
 * error line. The folder is not changed, so repeating it yields the same bytes.
 */
public final class Salvage {
    private static final int MOST_KEYS = 1_000_000;

    private final FileStore store;
    private final BatchId batch;
    private final PlanManifest manifest;

    public Salvage(FileStore store, BatchId batch, PlanManifest manifest) {
        this.store = store;
        this.batch = batch;
        this.manifest = manifest;
    }

    /** Sizes of the created files, zero for one that was not created, and the totals of the lines that were read. */
    public record Made(Assembly.Made files, LogTotals totals) {}

    /**
     * Writes both files under the reserved ids.
     *
     * @param why reason that is recorded for lines without a result
     * @throws IOException if the plan cannot be read, no part of the input can be read, or the store rejects the files
     */
    public Made write(ResultFiles files, NotRunReason why) throws IOException {
        BitSet missing = planned();
        long output;
        LogTotals found;
        try (SalvagedLines lines = lines(missing, ResultKind.OUTPUT)) {
            output = put(StoredFile.key(files.output()), lines::next);
            found = lines.totals();
        }
        try (SalvagedLines lines = lines(missing, ResultKind.ERROR);
                BlobReader input = store.open(manifest.inputKey());
                Rest rest = new Rest(input, missing, why)) {
            long errors = put(StoredFile.key(files.errors()), () -> {
                byte[] line = lines.next();
                return line.length > 0 ? line : rest.next();
            });
            return new Made(new Assembly.Made(output, errors), found.plus(lines.totals()));
        }
    }

    /** Writes both files under the reserved ids, with lines of earlier batches behind those of this one. */
    public Made write(ResultFiles files, NotRunReason why, Inherited inherited) throws IOException {
        Made own = write(files, why);
        return new Made(
                new Assembly.Made(
                        append(StoredFile.key(files.output()), own.files().outputBytes(), inherited.output()),
                        append(StoredFile.key(files.errors()), own.files().errorBytes(), inherited.errors())),
                own.totals());
    }

    /** A crash in between leaves a file without the inherited lines, which is made anew. */
    private long append(String key, long bytes, List<BlobPiece> inherited) throws IOException {
        if (inherited.isEmpty()) {
            return bytes;
        }
        List<BlobPiece> pieces = new ArrayList<>();
        if (bytes > 0) {
            pieces.add(new BlobPiece(key, bytes));
        }
        pieces.addAll(inherited);
        return store.concatenate(key, pieces);
    }

    private long put(String key, PiecewiseInputStream.Pieces pieces) throws IOException {
        byte[] first = pieces.next();
        if (first.length == 0) {
            return 0;
        }
        boolean[] begun = {false};
        try (InputStream bytes = new PiecewiseInputStream(() -> {
            if (begun[0]) {
                return pieces.next();
            }
            begun[0] = true;
            return first;
        })) {
            return store.put(key, bytes, Long.MAX_VALUE);
        }
    }

    private BitSet planned() throws IOException {
        BitSet lines = new BitSet();
        for (ModelPlan plan : manifest.models()) {
            try (PlanCursor cursor = PlanCursor.open(store, plan)) {
                for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                    lines.set(entry.get().line());
                }
            }
        }
        return lines;
    }

    /** Opens the blobs of the logs of all partitions and epochs, in the order of their names. */
    private SalvagedLines lines(BitSet missing, ResultKind kind) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(Batch.folder(batch)) + "/p[0-9]+/[^/]+\\." + kind.suffix());
        List<String> keys = store.list(Batch.folder(batch), MOST_KEYS).stream()
                .filter(key -> name.matcher(key).matches())
                .toList();
        return new SalvagedLines(store, batch, missing, keys, kind);
    }

    /** Creates an error line for every planned line that is still missing. */
    private final class Rest implements AutoCloseable {
        private final BlobReader input;
        private final BitSet missing;
        private final NotRunReason why;
        private final List<ModelPlan> plans = new ArrayList<>(manifest.models());
        private Optional<PlanCursor> cursor = Optional.empty();

        Rest(BlobReader input, BitSet missing, NotRunReason why) {
            this.input = input;
            this.missing = missing;
            this.why = why;
        }

        byte[] next() throws IOException {
            while (cursor.isPresent() || !plans.isEmpty()) {
                if (cursor.isEmpty()) {
                    cursor = Optional.of(PlanCursor.open(store, plans.removeFirst()));
                }
                Optional<PlanEntry> entry = cursor.get().next();
                if (entry.isEmpty()) {
                    close();
                } else if (missing.get(entry.get().line())) {
                    missing.clear(entry.get().line());
                    return ResultLine.failed(
                                    batch,
                                    entry.get().line(),
                                    CustomIds.alone(input, entry.get()),
                                    why.code(),
                                    why.message())
                            .bytes();
                }
            }
            return new byte[0];
        }

        @Override
        public void close() throws IOException {
            if (cursor.isPresent()) {
                cursor.get().close();
                cursor = Optional.empty();
            }
        }
    }
}
