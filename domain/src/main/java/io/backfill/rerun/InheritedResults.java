package io.backfill.rerun;

import io.backfill.batches.Batch;
import io.backfill.batches.Rerun;
import io.backfill.batches.Rerun.Ancestor;
import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.PiecewiseInputStream;
import io.backfill.files.StoredFile;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import io.backfill.plan.PlanManifest;
import io.backfill.results.Inherited;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What a merged rerun takes over from its ancestors: the output files as they are, and of the error files the lines that were neither
 * run again later nor have a result. So every request of the chain is in the merged files once. Memory: 24 bytes per stretch of lines.
 */
public final class InheritedResults {
    private static final int PIECE_BYTES = 64 * 1024;

    private final FileStore store;
    private final BatchId batch;
    private final PlanManifest manifest;

    public InheritedResults(FileStore store, BatchId batch, PlanManifest manifest) {
        this.store = store;
        this.batch = batch;
        this.manifest = manifest;
    }

    /** A stretch of lines of a file. */
    private record Stretch(FileId file, long start, long end) {}

    /**
     * Returns what is behind the lines of this batch in its files. Writes one blob into the batch's folder; repeating it yields the
     * same bytes.
     */
    public Inherited of(Rerun rerun) throws IOException {
        if (!rerun.merge()) {
            return Inherited.NONE;
        }
        List<BlobPiece> output = new ArrayList<>();
        Deque<Stretch> kept = new ArrayDeque<>();
        BitSet settled = planned();
        int left = rerun.ancestors().size();
        for (Ancestor ancestor : rerun.ancestors()) {
            left--;
            if (ancestor.output().isPresent()) {
                output.add(whole(ancestor.output().get()));
            }
            if (ancestor.errors().isPresent()) {
                keep(ancestor.errors().get(), settled, kept);
            }
            if (left > 0 && ancestor.output().isPresent()) {
                ResultFileScan.read(store, ancestor.output().get(), line -> settled.set(line.number()));
            }
        }
        return new Inherited(output, written(kept));
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

    private BlobPiece whole(FileId file) throws IOException {
        String key = StoredFile.key(file);
        return new BlobPiece(key, store.size(key).orElseThrow(() -> new IOException(key + " is gone")));
    }

    private void keep(FileId file, BitSet settled, Deque<Stretch> kept) throws IOException {
        ResultFileScan.read(store, file, line -> {
            if (settled.get(line.number())) {
                return;
            }
            settled.set(line.number());
            Stretch last = kept.peekLast();
            if (last != null && last.file().equals(file) && last.end() == line.start()) {
                kept.removeLast();
                kept.add(new Stretch(file, last.start(), line.end()));
            } else {
                kept.add(new Stretch(file, line.start(), line.end()));
            }
        });
    }

    private List<BlobPiece> written(Deque<Stretch> kept) throws IOException {
        if (kept.isEmpty()) {
            return List.of();
        }
        String key = Batch.folder(batch) + "/inherited-errors";
        try (Copy copy = new Copy(kept);
                InputStream bytes = new PiecewiseInputStream(copy::next)) {
            return List.of(new BlobPiece(key, store.put(key, bytes, Long.MAX_VALUE)));
        }
    }

    /** Reads stretches in pieces. Stretches of one file follow each other, in its order. */
    private final class Copy implements AutoCloseable {
        private final Deque<Stretch> stretches;
        private Optional<BlobReader> blob = Optional.empty();
        private Optional<FileId> opened = Optional.empty();
        private long position = -1;

        Copy(Deque<Stretch> stretches) {
            this.stretches = stretches;
        }

        /** Returns the next bytes, an empty array behind the last one. */
        byte[] next() throws IOException {
            Stretch stretch = stretches.peek();
            if (stretch == null) {
                return new byte[0];
            }
            if (!opened.equals(Optional.of(stretch.file()))) {
                close();
                blob = Optional.of(store.open(StoredFile.key(stretch.file())));
                opened = Optional.of(stretch.file());
            }
            long from = Math.max(position, stretch.start());
            byte[] piece = new byte[(int) Math.min(PIECE_BYTES, stretch.end() - from)];
            blob.orElseThrow().readFully(from, piece, 0, piece.length);
            position = from + piece.length;
            if (position == stretch.end()) {
                stretches.remove();
                position = -1;
            }
            return piece;
        }

        @Override
        public void close() throws IOException {
            Optional<BlobReader> ended = blob;
            blob = Optional.empty();
            opened = Optional.empty();
            if (ended.isPresent()) {
                ended.get().close();
            }
        }
    }
}
