package io.backfill.batches;

import io.backfill.testing.Party;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/** Runs the same action in several threads that start at the same moment. */
public final class Racers {
    private Racers() {}

    /**
     * Runs {@code work} in {@code threads} threads with their numbers from 0, and returns the results in that order. Throws the
     * first failure.
     */
    public static <T> List<T> race(int threads, IntFunction<T> work) {
        Party start = new Party(threads);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<T>> racers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                racers.add(executor.submit(() -> {
                    start.attend();
                    return work.apply(number);
                }));
            }
            start.awaitGuests().disband();
            List<T> results = new ArrayList<>();
            for (Future<T> racer : racers) {
                results.add(racer.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError("a racer failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
