package io.backfill.plan;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.Optional;

/** Streams the entries of one stored plan in their order. Not thread-safe. */
public final class PlanCursor implements Closeable {
    private final BlobReader blob;
    private final InputStream in;
    private final int entries;
    private final byte[] encoded = new byte[PlanEntries.ENTRY_BYTES];
    private int next;

    private PlanCursor(BlobReader blob, InputStream in, int entries) {
        this.blob = blob;
        this.in = in;
        this.entries = entries;
    }

    public static PlanCursor open(FileStore store, ModelPlan plan) throws IOException {
        BlobReader blob = store.open(plan.key());
        try {
            if (blob.size() != (long) plan.entries() * PlanEntries.ENTRY_BYTES) {
                throw new IOException("plan " + plan.key() + " has " + blob.size() + " bytes, which is not "
                        + plan.entries() + " entries");
            }
            InputStream in = new BufferedInputStream(blob.stream(0, blob.size()), 64 * 1024);
            return new PlanCursor(blob, in, plan.entries());
        } catch (IOException | RuntimeException e) {
            blob.close();
            throw e;
        }
    }

    /** Returns the next entry, or empty after the last. */
    public Optional<PlanEntry> next() throws IOException {
        if (next == entries) {
            return Optional.empty();
        }
        if (in.readNBytes(encoded, 0, encoded.length) != encoded.length) {
            throw new IOException("the plan ended after " + next + " of " + entries + " entries");
        }
        return Optional.of(PlanEntries.decode(next++, encoded, 0));
    }

    /** Returns the positions in the plan of the given physical lines. Reads the whole plan once; used for recovery. */
    public static BitSet placesOf(BitSet lines, FileStore store, ModelPlan plan) throws IOException {
        BitSet places = new BitSet();
        if (lines.isEmpty()) {
            return places;
        }
        try (PlanCursor cursor = open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                if (lines.get(entry.get().line())) {
                    places.set(entry.get().index());
                }
            }
        }
        return places;
    }

    @Override
    public void close() throws IOException {
        in.close();
        blob.close();
    }
}
