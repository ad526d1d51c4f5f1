package io.backfill.benchmarks;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.CallWindow;
import io.backfill.dispatch.LaneEntry;
import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.StoreFolder;
import io.backfill.ids.BatchId;
import io.backfill.ids.IdGenerator;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanEntry;
import io.backfill.results.AnswerBody;
import io.backfill.results.ResultLine;
import io.backfill.results.ResultLog;
import io.backfill.results.directory.ForcePolicy;
import io.backfill.results.directory.ForcedLogs;
import io.backfill.simulator.engine.Latency;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The gateway's window and result log without the rest of the gateway, on a disk store whose every force is delayed. A call is a
 * wait of the latency drawn for its line.
 */
final class SlowStoreWindow {
    private static final int AHEAD = 64;
    private static final Duration TICK = Duration.ofMillis(5);
    private static final double NANOS = 1e9;
    private static final long SEED = 7;
    private static final byte[] ANSWER =
            "{\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":9,\"total_tokens\":18}}"
                    .getBytes(StandardCharsets.UTF_8);

    private final Path root;
    private final int size;
    private final Latency latency;
    private final SlowForce force;
    private final AtomicLong waited = new AtomicLong();

    SlowStoreWindow(Path root, Duration force, int size, Latency latency) {
        this.root = root;
        this.size = size;
        this.latency = latency;
        this.force = new SlowForce(force);
    }

    /**
     * The findings.
     *
     * @param seconds from the first line submitted to the last one logged
     * @param latencySeconds actual latency of all calls together
     */
    record Findings(double seconds, double latencySeconds, long forces) {
        double idealSeconds(int window) {
            return latencySeconds / window;
        }
    }

    /** Sends {@code lines} lines through the window. */
    Findings send(int lines) throws IOException, InterruptedException {
        BatchId batch = new IdGenerator(Clock.systemUTC(), new Random(SEED)).batchId();
        FileStore store = new DirectoryFileStore(root, force);
        ModelPlan plan = new ModelPlan(0, "slow", lines, "file", "plan", 0, 0);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ResultLog log = ForcedLogs.over(new StoreFolder(root, force), store, ForcePolicy.SECOND, threads)
                        .open(batch, plan, 1)) {
            AbortSignal abort = new AbortSignal(System::nanoTime);
            Random random = new Random(SEED);
            long[] draws = random.longs(lines).toArray();
            CallWindow window = new CallWindow(
                    size, AHEAD, 1, entry -> Optional.of(call(batch, entry, draws)), log, abort, threads);
            long start = System.nanoTime();
            int next = 0;
            int finished = 0;
            while (finished < lines) {
                if (next < lines && !window.lanesWithRoom(1).isEmpty()) {
                    window.put(List.of(new LaneEntry(entry(next++), 0)));
                    finished += window.takeFinished(Duration.ZERO);
                } else {
                    finished += window.takeFinished(TICK);
                }
                if (window.failure().isPresent()) {
                    throw new IOException(window.failure().get());
                }
            }
            double seconds = (System.nanoTime() - start) / NANOS;
            return new Findings(seconds, waited.get() / NANOS, force.count());
        }
    }

    private static PlanEntry entry(int index) {
        return new PlanEntry(index, index + 1, 0, 0, 0, 0, 0, 1, 1, 1);
    }

    private ResultLine call(BatchId batch, LaneEntry entry, long[] draws) {
        long began = System.nanoTime();
        long until = began + latency.nanos(draws[entry.entry().index()]);
        for (long left = until - began; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        waited.addAndGet(System.nanoTime() - began);
        byte[] customId = ("\"r-" + entry.entry().line() + "\"").getBytes(StandardCharsets.US_ASCII);
        return ResultLine.answered(
                batch, entry.entry().line(), customId, 200, "slow", AnswerBody.of(ANSWER.clone(), "application/json"));
    }

    /** A slow disk. */
    private static final class SlowForce implements FileForce {
        private final long nanos;
        private final AtomicLong count = new AtomicLong();

        SlowForce(Duration time) {
            this.nanos = time.toNanos();
        }

        @Override
        public void file(FileDescriptor file) throws IOException {
            take();
            FileForce.DISK.file(file);
        }

        @Override
        public void folder(Path folder) throws IOException {
            take();
            FileForce.DISK.folder(folder);
        }

        private void take() {
            count.incrementAndGet();
            long until = System.nanoTime() + nanos;
            for (long left = nanos; left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }

        long count() {
            return count.get();
        }
    }
}
