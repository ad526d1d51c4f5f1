package io.backfill.results;

import io.backfill.batches.Usage;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;

/**
 * Reads the complete result lines of a batch from blobs that may be damaged. A line counts if it is one JSON object, has the id of
 * a planned line of this batch, and is the first one with that id. Reading a damaged blob ends at the damage, and the next blob is
 * read. Memory: one line. Not thread-safe.
 */
final class SalvagedLines implements Closeable {
    /** Longer than the longest answer that a gateway accepts by default. Longer lines are ignored. */
    private static final int MOST_BYTES = 80 * 1024 * 1024;

    private final FileStore store;
    private final BatchId batch;
    private final BitSet missing;
    private final Deque<String> keys;
    private final ResultKind kind;
    private Optional<InputStream> in = Optional.empty();
    private Optional<BlobReader> blob = Optional.empty();
    private LogTotals totals = LogTotals.NONE;

    /** @param missing planned lines without a result so far; lines are removed from it when they are found */
    SalvagedLines(FileStore store, BatchId batch, BitSet missing, Collection<String> keys, ResultKind kind) {
        this.store = store;
        this.batch = batch;
        this.missing = missing;
        this.keys = new ArrayDeque<>(keys);
        this.kind = kind;
    }

    /** Returns the next line with its LF; empty at the end. */
    byte[] next() {
        while (true) {
            if (in.isEmpty() && !openNext()) {
                return new byte[0];
            }
            try {
                byte[] line = readLine(in.orElseThrow());
                if (line.length == 0) {
                    close();
                } else if (take(line)) {
                    return line;
                }
            } catch (IOException unreadable) {
                close();
            }
        }
    }

    LogTotals totals() {
        return totals;
    }

    private boolean openNext() {
        while (!keys.isEmpty()) {
            try {
                BlobReader opened = store.open(keys.removeFirst());
                blob = Optional.of(opened);
                in = Optional.of(new BufferedInputStream(opened.stream(0, opened.size()), 64 * 1024));
                return true;
            } catch (IOException unreadable) {
                close();
            }
        }
        return false;
    }

    /** Reads up to and including the next LF. Returns an empty array at the end; an incomplete last line is ignored. */
    private static byte[] readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        for (int read = in.read(); read >= 0; read = in.read()) {
            if (line.size() < MOST_BYTES) {
                line.write(read);
            }
            if (read == '\n') {
                return line.toByteArray();
            }
        }
        return new byte[0];
    }

    /** Counts the line if it is a result and the first one for its request. */
    private boolean take(byte[] line) {
        int number = ResultLine.lineAt(line, 0);
        if (number < 0 || !missing.get(number) || !isOfBatch(line, number)) {
            return false;
        }
        Optional<Usage> usage = AnswerBody.usageOfLine(line, 0, line.length - 1);
        usage.ifPresent(tokens -> {
            missing.clear(number);
            totals = totals.plus(kind, kind == ResultKind.OUTPUT ? tokens : Usage.NONE);
        });
        return usage.isPresent();
    }

    private boolean isOfBatch(byte[] line, int number) {
        String id = LineId.of(batch, number);
        return new String(line, 0, Math.min(line.length, 64), StandardCharsets.ISO_8859_1).contains(id);
    }

    @Override
    public void close() {
        try (InputStream _ = in.orElse(InputStream.nullInputStream());
                Closeable _ = blob.<Closeable>map(opened -> opened).orElse(() -> {})) {
            in = Optional.empty();
            blob = Optional.empty();
        } catch (IOException unreadable) {
            // safe to ignore: nothing was written
        }
    }
}
