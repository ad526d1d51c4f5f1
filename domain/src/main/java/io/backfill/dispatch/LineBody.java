package io.backfill.dispatch;

import io.backfill.files.BlobReader;
import io.backfill.plan.PlanEntry;
import java.io.IOException;
import java.util.Arrays;

/**
 * The body of a line in its batch's input file, and the line's {@code custom_id} beside it. Holds offsets, and of the prompt a few
 * hashes at most. Thread-safe; every load reads the store anew.
 */
public final class LineBody implements RequestBody {
    /** Between id and body there are a few short fields, which are read along; more than that is passed over. */
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
        // before the call is made: an answer must not be lost because the store goes away meanwhile
        customId();
        return new Loaded(bytes, entry.bodyStart() - from, entry.bodyLength());
    }

    /** The {@code custom_id} as it stands in the line, quotes included. Reads it when no body was loaded before. */
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
     * Reads the beginning of the prompt, so that {@link #prefix} knows it. Once; what was read is dropped again.
     *
     * @throws IOException when the store does not give it
     */
    public void readPrefix() throws IOException {
        if (prefix.length == 0) {
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
