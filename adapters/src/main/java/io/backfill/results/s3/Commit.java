package io.backfill.results.s3;

import io.backfill.files.StorageFullException;
import io.backfill.results.ResultKind;
import io.backfill.results.ResultLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A group of lines written together, and the latch on which the appending threads wait. */
final class Commit {
    /** A result line and its place in the plan. */
    record Line(int place, ResultLine result) {}

    private final Map<ResultKind, List<Line>> lines = new EnumMap<>(ResultKind.class);
    private final Map<ResultKind, Throwable> failures = new EnumMap<>(ResultKind.class);
    private final CountDownLatch over = new CountDownLatch(1);
    private long bytes;

    /** Adds a line. Must not be called once the commit has been taken from the queue. */
    void add(Line line) {
        lines.computeIfAbsent(line.result().kind(), kind -> new ArrayList<>()).add(line);
        bytes += line.result().length();
    }

    long bytes() {
        return bytes;
    }

    /** Returns the lines by kind; no list is empty. */
    Map<ResultKind, List<Line>> lines() {
        return lines;
    }

    /**
     * Writes the lines of each kind as a tail of its own, both kinds concurrently.
     *
     * @return the failure of every kind that was not written; any {@code Throwable} counts, so that no waiting thread misses it
     */
    Map<ResultKind, Throwable> write(LogObjects objects, LogContents.Write write, Executor threads) {
        Map<ResultKind, Throwable> failed = new ConcurrentHashMap<>();
        List<CompletableFuture<Void>> elsewhere = new ArrayList<>();
        Iterator<ResultKind> kinds = lines.keySet().iterator();
        while (kinds.hasNext()) {
            ResultKind kind = kinds.next();
            Runnable put = () -> {
                try {
                    byte[] tail = bytes(kind);
                    objects.put(write.tail(kind, tail.length), tail);
                } catch (Throwable e) {
                    failed.put(kind, e);
                }
            };
            if (!kinds.hasNext() || !began(put, threads, elsewhere)) {
                put.run();
            }
        }
        elsewhere.forEach(CompletableFuture::join);
        return failed;
    }

    private static boolean began(Runnable write, Executor threads, List<CompletableFuture<Void>> elsewhere) {
        try {
            elsewhere.add(CompletableFuture.runAsync(write, threads));
            return true;
        } catch (RejectedExecutionException e) {
            // the caller writes this kind itself
            return false;
        }
    }

    private byte[] bytes(ResultKind kind) {
        List<Line> wanted = lines.getOrDefault(kind, List.of());
        byte[] joined = new byte
                [wanted.stream().mapToInt(line -> line.result().bytes().length).sum()];
        int at = 0;
        for (Line line : wanted) {
            byte[] one = line.result().bytes();
            System.arraycopy(one, 0, joined, at, one.length);
            at += one.length;
        }
        return joined;
    }

    /** Releases the waiting threads; appending lines of the kinds in {@code failed} fails. */
    void end(Map<ResultKind, Throwable> failed) {
        failures.putAll(failed);
        over.countDown();
    }

    /**
     * Waits for the end of the write, which is bounded by the time-out of the write itself. Ignores interrupts until then, because
     * they do not change the outcome for the line.
     */
    void await(ResultKind kind) throws IOException {
        boolean interrupted = false;
        while (true) {
            try {
                over.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable failure = failures.get(kind);
        if (failure instanceof StorageFullException full) {
            throw new StorageFullException(String.valueOf(full.getMessage()), full);
        }
        if (failure != null) {
            throw new IOException("the result was not logged: " + failure.getMessage(), failure);
        }
    }
}
