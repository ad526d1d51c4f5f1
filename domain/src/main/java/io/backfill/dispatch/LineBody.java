package io.backfill.dispatch;

import io.backfill.files.BlobReader;
import io.backfill.plan.PlanEntry;
import java.io.IOException;
import java.util.Arrays;

/**
 * The body of a line in the input file of its batch, and the line's {@code custom_id}. Holds offsets, the {@code custom_id} once it
 * was read, and at most a few hashes of the prompt. Thread-safe. Each load reads the store again.
 */
public final class LineBody implements RequestBody {
    /**
     * Maximum gap between id and body that is read along with them. Normally there are a few short fields; a larger gap is skipped.
     */
    private static final int SHORT_GAP = 4096;

    private static final byte[] NOT_READ = {};

    private final BlobReader input;
    private final PlanEntry entry;
    private volatile byte[] customId = NOT_READ;
    private volatile long[] prefix = PromptPrefix.UNKNOWN;

    public LineBody(BlobReader input, PlanEntry entry) {
        this.input = input;
        this.entry = entry;
    }

    @Override
    public int length() {
        return entry.bodyLength();
    }

    @Override
    public long loadedBytes() {
        return to() - from();
    }

    @Override
    public Loaded load() throws IOException {
        int from = from();
        byte[] bytes = new byte[to() - from];
        input.readFully(entry.offset() + from, bytes, 0, bytes.length);
        if (readsIdAlong() && customId.length == 0) {
            customId = Arrays.copyOfRange(bytes, entry.idStart() - from, entry.idStart() - from + entry.idLength());
        }
        // read before the call is made: an answer must not be lost because the store becomes unavailable in the
        // meantime
        customId();
        return new Loaded(bytes, entry.bodyStart() - from, entry.bodyLength());
    }

    /** Returns the {@code custom_id} as it stands in the line, with its quotes. Reads the store only if the id is not known yet. */
    byte[] customId() throws IOException {
        byte[] known = customId;
        if (known.length > 0) {
            return known;
        }
        byte[] read = new byte[entry.idLength()];
        input.readFully(entry.offset() + entry.idStart(), read, 0, read.length);
        customId = read;
        return read;
    }

    /**
     * Reads the beginning of the prompt for {@link #prefix} and keeps only its hashes. Does nothing if they are known.
     *
     * @throws IOException if the store does not return it
     */
    public void readPrefix() throws IOException {
        // the hashes of a prompt shorter than a block are known, too: there are none
        if (prefix == PromptPrefix.UNKNOWN) {
            byte[] head = new byte[Math.min(entry.bodyLength(), PromptPrefix.LONGEST_BYTES)];
            input.readFully(entry.offset() + entry.bodyStart(), head, 0, head.length);
            prefix = PromptPrefix.of(head, 0, entry.bodyLength());
        }
    }

    @Override
    public long[] prefix() {
        return prefix;
    }

    private boolean readsIdAlong() {
        int from = Math.min(entry.idStart(), entry.bodyStart());
        int to = Math.max(entry.idStart() + entry.idLength(), entry.bodyStart() + entry.bodyLength());
        return to - from - entry.bodyLength() - entry.idLength() <= SHORT_GAP;
    }

    private int from() {
        return readsIdAlong() ? Math.min(entry.idStart(), entry.bodyStart()) : entry.bodyStart();
    }

    private int to() {
        int end = entry.bodyStart() + entry.bodyLength();
        return readsIdAlong() ? Math.max(entry.idStart() + entry.idLength(), end) : end;
    }
}
