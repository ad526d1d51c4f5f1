package io.backfill.worker;

import io.backfill.dispatch.AbortCause;
import io.backfill.dispatch.AbortSignal;
import io.backfill.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a pod from its environment to its exit code. {@link #run} is called once; {@link #stop} is called at SIGTERM. */
final class Pod {
    private static final Duration PATIENCE_BEFORE_SETTINGS = Duration.ofSeconds(5);

    private final Map<String, String> environment;
    private final JsonLines log;
    private final Clocks clocks;
    private final AbortSignal abort;
    private final CompletableFuture<ExitCode> end = new CompletableFuture<>();
    private volatile Duration patience = PATIENCE_BEFORE_SETTINGS;
    private volatile @Nullable ShardRun run;

    Pod(Map<String, String> environment, JsonLines log, Clocks clocks) {
        this.environment = environment;
        this.log = log;
        this.clocks = clocks;
        this.abort = new AbortSignal(clocks.nanoTime());
    }

    /** Runs the shard. Every failure is logged, and the last line states what to do about it. */
    ExitCode run() {
        ExitCode code = ExitCode.BUG;
        try {
            code = attempt();
        } catch (PodFailure e) {
            code = e.code();
            tell(code, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tell(code, "the main thread was interrupted unexpectedly");
        } catch (RuntimeException | Error e) {
            tell(code, bug(e));
        } finally {
            end.complete(code);
        }
        return code;
    }

    private static String bug(Throwable e) {
        String where = Stream.of(e.getStackTrace())
                .findFirst()
                .map(frame -> " at " + frame)
                .orElse("");
        return "unexpected failure, please report this bug: "
                + e.toString().lines().findFirst().orElse("") + where;
    }

    private void tell(ExitCode code, String message) {
        Map<String, Integer> status = Map.of("exit", code.status());
        if (code == ExitCode.TERMINATED || code == ExitCode.TEMPORARY) {
            log.info(message, status);
        } else {
            log.error(message, status);
        }
    }

    private ExitCode attempt() throws PodFailure, InterruptedException {
        PodSettings settings = PodSettings.read(environment);
        patience = settings.patience();
        log.context("batch", settings.batch().value());
        log.context("generation", settings.generation());
        log.context("partition", settings.partition());
        log.context("index", settings.index());
        Path temporary = temporaryFolder();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            return attempt(settings, temporary, threads);
        } finally {
            // running tasks end on their own; do not wait for them
            threads.shutdown();
            delete(temporary);
        }
    }

    private ExitCode attempt(PodSettings settings, Path temporary, ExecutorService threads)
            throws PodFailure, InterruptedException {
        Storage store = settings.store().open(temporary, threads, clocks.nanoTime());
        long askedAt = clocks.nanoTime().getAsLong();
        Shard shard = Shard.find(settings, store);
        int done = shard.newest().done().cardinality();
        if (shard.complete(shard.newest())) {
            log.info("shard was complete before", Map.of("done", done));
            return ExitCode.COMPLETE;
        }
        if (!clocks.time().instant().isBefore(shard.manifest().deadline())) {
            abort.trip(AbortCause.DEADLINE);
        }
        if (abort.isTripped()) {
            throw new ShardFailure(abort.cause(), Optional.empty(), Optional.empty()).toPodFailure();
        }
        log.info(
                "shard starts",
                Map.of(
                        "done", done,
                        "total", shard.part().entries(),
                        "model", shard.part().model(),
                        "slots", shard.slots(),
                        "store", store.place(),
                        "deadline", shard.manifest().deadline()));
        ShardRun started = new ShardRun(settings, store, shard, abort, log, clocks);
        run = started;
        return started.run(askedAt, temporary, threads);
    }

    /**
     * Stops sending, lets open calls finish within the grace period, and waits for the end.
     *
     * @return the exit code of the process
     */
    ExitCode stop() throws InterruptedException {
        if (!end.isDone()) {
            abort.trip(AbortCause.SHUTDOWN);
            ShardRun running = run;
            if (running != null) {
                running.stop();
            }
        }
        return end.completeOnTimeout(ExitCode.TERMINATED, patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private static Path temporaryFolder() throws PodFailure {
        try {
            return Files.createTempDirectory("backfill-worker-");
        } catch (IOException e) {
            throw new PodFailure(
                    ExitCode.CONFIGURATION,
                    "cannot create a temporary folder; mount a writable volume at /tmp: " + e.getMessage(),
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // the folder is deleted with the pod
        }
    }
}
