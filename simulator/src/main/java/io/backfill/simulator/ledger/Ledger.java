package io.backfill.simulator.ledger;

import io.backfill.simulator.http.Bytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * All requests received since the start or the last {@link #clear}, in order of receipt, including open ones.
 * Thread-safe; recording and settling a request are atomic. A request that was open when the ledger was cleared does
 * not reappear.
 */
public final class Ledger {
    private final Names paths = new Names();
    private final Names models = new Names();
    private final Names notes = new Names();

    /** Guards the list and all chunks in it. */
    private final Object lock = new Object();

    private List<Chunk> chunks = List.of(new Chunk());

    /** Records a request as open. {@code headers} are packed by {@link RecordedHeaders}; empty texts mean absent. */
    public Open received(long epochMillis, String path, String model, byte[] sha256, String requestId, byte[] headers) {
        int pathNumber = paths.number(path);
        int modelNumber = models.number(model);
        synchronized (lock) {
            Chunk last = chunks.getLast();
            int at = last.append(epochMillis, pathNumber, modelNumber, sha256, requestId, headers);
            if (at < 0) {
                last = new Chunk();
                chunks = new ArrayList<>(chunks);
                chunks.add(last);
                at = last.append(epochMillis, pathNumber, modelNumber, sha256, requestId, headers);
            }
            return new Open(last, at);
        }
    }

    public void clear() {
        synchronized (lock) {
            chunks = List.of(new Chunk());
        }
    }

    /** Returns all entries as values: for tests, not for millions of entries. */
    public List<LedgerEntry> entries() {
        List<LedgerEntry> entries = new ArrayList<>();
        forEach(packed -> entries.add(new LedgerEntry(
                Optional.of(packed.requestId()).filter(id -> !id.isEmpty()),
                paths.name(packed.path()),
                Optional.of(models.name(packed.model())).filter(name -> !name.isEmpty()),
                HexFormat.of().formatHex(packed.sha256()),
                packed.received(),
                packed.answered() == 0 ? OptionalLong.empty() : OptionalLong.of(packed.answered()),
                packed.status() == 0 ? OptionalInt.empty() : OptionalInt.of(packed.status()),
                Optional.of(notes.name(packed.note())).filter(note -> !note.isEmpty()),
                RecordedHeaders.unpack(packed.headers()))));
        return entries;
    }

    /**
     * Writes one JSON line per entry to {@code line}, which {@code afterEach} may flush and clear. Entries are copied
     * one megabyte at a time, so those that arrive in the meantime may or may not appear.
     */
    public void lines(Bytes line, Runnable afterEach) {
        forEach(packed -> {
            line.text("{\"requestId\":").jsonStringOrNull(packed.requestId());
            line.text(",\"path\":").jsonString(paths.name(packed.path()));
            line.text(",\"model\":").jsonStringOrNull(models.name(packed.model()));
            line.text(",\"sha256\":\"").hex(packed.sha256(), 0, 32);
            line.text("\",\"received\":").number(packed.received());
            line.text(",\"answered\":").text(packed.answered() == 0 ? "null" : Long.toString(packed.answered()));
            line.text(",\"status\":").text(packed.status() == 0 ? "null" : Integer.toString(packed.status()));
            line.text(",\"note\":").jsonStringOrNull(notes.name(packed.note()));
            if (packed.headers().length > 0) {
                line.text(",\"headers\":").put(packed.headers());
            }
            line.text("}\n");
            afterEach.run();
        });
    }

    private void forEach(Consumer<Chunk.PackedEntry> consumer) {
        for (Chunk chunk : allChunks()) {
            Chunk copy;
            synchronized (lock) {
                copy = chunk.snapshot();
            }
            while (copy.hasNext()) {
                consumer.accept(copy.next());
            }
        }
    }

    private List<Chunk> allChunks() {
        synchronized (lock) {
            return List.copyOf(chunks);
        }
    }

    /** An entry that can still change. */
    public final class Open {
        private final Chunk chunk;
        private final int at;

        private Open(Chunk chunk, int at) {
            this.chunk = chunk;
            this.at = at;
        }

        /** Records that the answer is complete. */
        public void answered(long epochMillis, int status, String note) {
            int noteNumber = notes.number(note);
            synchronized (lock) {
                chunk.settle(at, epochMillis, status, noteNumber);
            }
        }

        /** Records that there will be no complete answer, or that the client did not receive it. */
        public void unanswered(String note) {
            answered(0, 0, note);
        }
    }
}
