package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts child processes that do not outlive this JVM, however it ends. A shutdown hook stops them, gracefully if that is quick
 * enough; where Linux' {@code setpriv} is available, they are also killed if this JVM is killed.
 */
final class ChildProcesses {
    /**
     * Starts all children on one thread that never ends, because Linux ties the death signal to the thread that started the child,
     * not to the process.
     */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("child-starter").factory());

    private static final int STOP_SECONDS = 45;
    private static final List<String> DIES_WITH_US = List.of("setpriv", "--pdeathsig", "KILL");
    private static final boolean CAN_TIE = canTie();

    private ChildProcesses() {}

    /** Starts a process. Throws {@link UncheckedIOException} if the command cannot be run. */
    static Process start(ProcessBuilder builder) {
        if (CAN_TIE) {
            List<String> tied = new ArrayList<>(DIES_WITH_US);
            tied.addAll(builder.command());
            builder.command(tied);
        }
        try {
            Process child = STARTER.submit(builder::start).get();
            Thread killer = new Thread(() -> stop(child), "stop-" + child.pid());
            Runtime.getRuntime().addShutdownHook(killer);
            child.onExit().thenRun(() -> forget(killer));
            return child;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting " + builder.command(), interrupted);
        } catch (ExecutionException failed) {
            throw new UncheckedIOException(new IOException("cannot start " + builder.command(), failed.getCause()));
        }
    }

    private static void stop(Process child) {
        child.destroy();
        try {
            if (!child.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            child.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is running already and will find that the child has ended.
            return;
        }
    }

    private static boolean canTie() {
        try {
            List<String> trial = new ArrayList<>(DIES_WITH_US);
            trial.add("true");
            return new ProcessBuilder(trial)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
