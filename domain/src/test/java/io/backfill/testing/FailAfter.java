package io.backfill.testing;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.plan.PlanEntry;
import io.backfill.results.Checkpoint;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import java.io.IOException;
import java.io.InputStream;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fault that begins after a number of calls and lasts for a number of calls. Decorators of the SPIs consult it before each call
 * that reads or writes. A call that fails has not reached the backend. Thread-safe.
 */
public final class FailAfter {
    private final int successes;
    private final int failures;
    private final AtomicInteger calls = new AtomicInteger();

    private FailAfter(int successes, int failures) {
        this.successes = successes;
        this.failures = failures;
    }

    /** Lets {@code successes} calls pass; every later one fails. */
    public static FailAfter calls(int successes) {
        return new FailAfter(successes, Integer.MAX_VALUE - successes);
    }

    /** Lets {@code successes} calls pass; the next {@code failures} fail, and all later ones pass. */
    public static FailAfter calls(int successes, int failures) {
        return new FailAfter(successes, failures);
    }

    /** Returns the number of calls so far, including failed ones. */
    public int asked() {
        return calls.get();
    }

    private void call() throws IOException {
        int call = calls.getAndIncrement();
        if (call >= successes && call - successes < failures) {
            throw new IOException("call " + (call + 1) + " fails, as the test wants it");
        }
    }

    /** Returns the log with this fault in {@code append}, {@code record} and {@code checkpoint}. */
    public ResultLog in(ResultLog log) {
        return new FailingLog(log);
    }

    /** Returns the store with this fault in every method that reads or writes bytes. */
    public FileStore in(FileStore store) {
        return new FailingStore(store);
    }

    private final class FailingLog implements ResultLog {
        private final ResultLog log;

        FailingLog(ResultLog log) {
            this.log = log;
        }

        @Override
        public BitSet done() {
            return log.done();
        }

        @Override
        public void append(PlanEntry entry, ResultLine line) throws IOException {
            call();
            log.append(entry, line);
        }

        @Override
        public LogTotals totals() {
            return log.totals();
        }

        @Override
        public long record() throws IOException {
            call();
            return log.record();
        }

        @Override
        public Checkpoint checkpoint() throws IOException {
            call();
            return log.checkpoint();
        }

        @Override
        public void close() throws IOException {
            log.close();
        }
    }

    private final class FailingStore implements FileStore {
        private final FileStore store;

        FailingStore(FileStore store) {
            this.store = store;
        }

        @Override
        public long put(String key, InputStream bytes, long maxBytes) throws IOException {
            call();
            return store.put(key, bytes, maxBytes);
        }

        @Override
        public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
            call();
            return store.concatenate(target, pieces);
        }

        @Override
        public BlobReader open(String key) throws IOException {
            call();
            return store.open(key);
        }

        @Override
        public OptionalLong size(String key) throws IOException {
            return store.size(key);
        }

        @Override
        public List<String> list(String folder, String after, int limit) throws IOException {
            return store.list(folder, after, limit);
        }

        @Override
        public void delete(String key) throws IOException {
            call();
            store.delete(key);
        }

        @Override
        public void deleteFolder(String folder) throws IOException {
            call();
            store.deleteFolder(folder);
        }

        @Override
        public void check() throws IOException {
            call();
            store.check();
        }
    }
}
