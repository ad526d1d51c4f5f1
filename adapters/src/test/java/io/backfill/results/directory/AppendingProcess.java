package io.backfill.results.directory;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.ids.BatchId;
import io.backfill.results.PlannedBatch;
import io.backfill.results.ResultLog;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Appends the missing lines of a batch on several threads, and prints the plan position of each when the log has acknowledged it. */
final class AppendingProcess {
    private static final int THREADS = 8;

    private AppendingProcess() {}

    /** Arguments: root folder, batch, epoch. */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        FileStore store = new DirectoryFileStore(root);
        PlannedBatch batch = PlannedBatch.stored(store, new BatchId(args[1]));
        ForcePolicy often = new ForcePolicy(false, Duration.ofMillis(20));
        // not buffered, because what is printed must have left the process
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                FileOutputStream out = new FileOutputStream(FileDescriptor.out);
                ResultLog log = new DirectoryResultLogs(root, store, often, threads)
                        .open(batch.id(), batch.plan(), Long.parseLong(args[2]))) {
            BitSet done = log.done();
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < THREADS; i++) {
                threads.submit(() -> {
                    for (int place = next.getAndIncrement(); place < batch.size(); place = next.getAndIncrement()) {
                        if (!done.get(place)) {
                            batch.append(log, place);
                            out.write((place + "\n").getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                    return null;
                });
            }
            while (next.get() < batch.size() + THREADS) {
                Thread.onSpinWait();
            }
        }
    }
}
