package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The well-behaved tenant: one long batch, a small batch from time to time, and continuous status reads. */
final class HarmVictim implements AutoCloseable {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final int BYTES = 512;
    /** 32 calls in flight at 50 ms each. */
    private static final int MOST_LINES_A_SECOND = 640;

    /** Lines of one batch: enough for an outage of five minutes. */
    static final int MOST_LINES = 500_000;

    private static final double WARM = 0.9;
    private static final long WARM_UP_NANOS = 30_000_000_000L;

    private static final long READ_EVERY_NANOS = 20_000_000;
    private static final long PICKUP_EVERY_NANOS = 2_000_000_000L;
    private static final long PICKUP_LIMIT_NANOS = 60_000_000_000L;
    private static final long POLL_NANOS = 10_000_000;
    private static final long END_LIMIT_NANOS = 300_000_000_000L;

    private final HarmScene scene;
    private final GatewayClient client;
    private final String smallFile;
    private final String largeFile;
    /** Lines of a long batch. */
    private final int lines;
    /** The long batches, newest last. */
    private final List<BatchState> batches = new ArrayList<>();

    /**
     * The measurements of the victim during one period.
     *
     * @param linesPerSecond rate of its long batch, as received by its model
     * @param pickups seconds from create to the first line, for each small batch
     * @param reads milliseconds of each status read; infinite if it failed
     */
    record Share(double linesPerSecond, List<Double> pickups, List<Double> reads) {
        double worstPickup() {
            return Percentiles.most(pickups);
        }

        double readP99() {
            return Percentiles.of(reads, 0.99);
        }
    }

    private HarmVictim(HarmScene scene, GatewayClient client, String smallFile, String largeFile, int lines) {
        this.scene = scene;
        this.client = client;
        this.smallFile = smallFile;
        this.largeFile = largeFile;
        this.lines = lines;
    }

    /** Creates a long batch, with lines for {@code seconds} at full rate. */
    static HarmVictim begin(HarmScene scene, int seconds) throws IOException {
        GatewayClient client = scene.client(HarmScene.VICTIM);
        int lines = MOST_LINES_A_SECOND * seconds;
        Path large = InputFile.write(scene.file("victim.jsonl"), HarmScene.VICTIM_MODEL, lines, BYTES);
        Path small = InputFile.write(scene.file("small.jsonl"), HarmScene.IDLE_MODEL, 1, BYTES);
        HarmVictim victim = new HarmVictim(scene, client, client.upload(small), client.upload(large), lines);
        victim.batches.add(client.createBatch(victim.largeFile));
        return victim;
    }

    /** Waits until the rate is near its maximum, for at most half a minute, so that the processes are warm. */
    void warmUp() throws IOException {
        long end = System.nanoTime() + WARM_UP_NANOS;
        double rate = 0;
        while (rate < WARM * MOST_LINES_A_SECOND && System.nanoTime() - end < 0) {
            rate = rateOver(2);
        }
        BatchState now = client.batch(batch());
        if (rate == 0 || now.isTerminal()) {
            throw new IOException("the victim's batch is not running: " + now);
        }
    }

    /** Returns the lines per second that its model receives. */
    double rateOver(double seconds) throws IOException {
        long before = scene.victimModel().stats().received();
        long from = System.nanoTime();
        long end = from + (long) (seconds * NANOS);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        return (scene.victimModel().stats().received() - before) / ((System.nanoTime() - from) / NANOS);
    }

    /** Creates another long batch unless the newest one has enough lines left for {@code seconds}. */
    private void haveWorkFor(int seconds) throws IOException {
        if (lines - client.batch(batches.getLast().id()).completed() < MOST_LINES_A_SECOND * seconds) {
            batches.add(client.createBatch(largeFile));
            warmUp();
        }
    }

    /** Measures for {@code seconds}. */
    Share measure(int seconds) throws IOException {
        haveWorkFor(seconds);
        scene.victimModel().clear();
        long end = System.nanoTime() + (long) (seconds * NANOS);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<List<Double>> reads = threads.submit(reads(end));
            Future<List<Double>> pickups = threads.submit(pickups(end));
            return new Share(rateOver(seconds), pickups.get(), reads.get());
        } catch (ExecutionException failed) {
            throw new IOException("the victim could not be measured: " + failed.getCause(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private Callable<List<Double>> reads(long end) {
        return () -> {
            List<Double> millis = new ArrayList<>();
            while (System.nanoTime() - end < 0) {
                long asked = System.nanoTime();
                millis.add(answers() ? (System.nanoTime() - asked) / NANOS_PER_MILLI : Double.POSITIVE_INFINITY);
                LockSupport.parkNanos(READ_EVERY_NANOS);
            }
            return millis;
        };
    }

    private boolean answers() {
        try {
            client.batch(batches.getLast().id());
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private Callable<List<Double>> pickups(long end) {
        return () -> {
            List<Double> seconds = new ArrayList<>();
            while (System.nanoTime() - end < 0) {
                long next = System.nanoTime() + PICKUP_EVERY_NANOS;
                seconds.add(pickup());
                LockSupport.parkNanos(next - System.nanoTime());
            }
            return seconds;
        };
    }

    /**
     * Returns the seconds from just before the create to the receipt of the line; infinite if the create was rejected or takes a
     * minute.
     */
    private double pickup() throws IOException {
        scene.idleModel().clear();
        long limit = System.nanoTime() + PICKUP_LIMIT_NANOS;
        Instant created = Instant.now();
        try {
            client.createBatch(smallFile);
        } catch (IOException refused) {
            return Double.POSITIVE_INFINITY;
        }
        AtomicLong received = new AtomicLong();
        while (received.get() == 0 && System.nanoTime() - limit < 0) {
            LockSupport.parkNanos(POLL_NANOS);
            scene.idleModel().ledger(request -> received.set(request.receivedMillis()));
        }
        return received.get() == 0
                ? Double.POSITIVE_INFINITY
                : created.until(Instant.ofEpochMilli(received.get()), ChronoUnit.MICROS) / MICROS_PER_SECOND;
    }

    /** Waits up to five minutes for the long batches to end. Returns the number of their lines without an answer. */
    long linesWithoutAnswer() throws IOException {
        scene.hurry();
        long limit = System.nanoTime() + END_LIMIT_NANOS;
        long without = 0;
        for (BatchState batch : batches) {
            BatchState now = client.batch(batch.id());
            while (!now.isTerminal() && System.nanoTime() - limit < 0) {
                LockSupport.parkNanos(POLL_NANOS);
                now = client.batch(batch.id());
            }
            without += lines - now.completed();
        }
        return without;
    }

    /** Returns the id of the newest long batch. */
    String batch() {
        return batches.getLast().id();
    }

    /** Returns the number of lines of all long batches. */
    int lines() {
        return lines * batches.size();
    }

    @Override
    public void close() {
        client.close();
    }
}
