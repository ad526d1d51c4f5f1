package io.backfill.worker;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Main class of the worker image. The exit status is one of {@link ExitCode}. */
public final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        JsonLines log = new JsonLines(out, InstantSource.system());
        LibraryLog.into(log);
        Pod pod = new Pod(System.getenv(), log, new Clocks(InstantSource.system(), System::nanoTime));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(pod)));
        System.exit(pod.run().status());
    }

    /**
     * Runs at SIGTERM, and at the regular end, when there is nothing to stop. A shard that completes in time counts as complete.
     */
    private static void stop(Pod pod) {
        ExitCode code = ExitCode.TERMINATED;
        try {
            code = pod.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(code.status());
        }
    }
}
