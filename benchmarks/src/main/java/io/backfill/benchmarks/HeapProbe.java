package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayServer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds out what is alive in a gateway's heap: asks its JVM for a full collection by {@code jcmd} and reads the result from the
 * log that {@code -Xlog:gc} writes. Between two collections a peak can hide, so a phase should last for many of them.
 */
final class HeapProbe {
    private final GatewayServer gateway;
    private final Path log;

    /** @param log the file that the gateway's JVM was told to log its collections to */
    HeapProbe(GatewayServer gateway, Path log) {
        this.gateway = gateway;
        this.log = log;
    }

    /** The flag for the gateway's JVM. */
    static String flag(Path log) {
        return "-Xlog:gc:file=" + log + ":none:filecount=0";
    }

    /** Something that knows the state of the batch now. */
    @FunctionalInterface
    interface Batch {
        BatchState now() throws IOException;
    }

    /**
     * Collects again and again while the batch has that status.
     *
     * @return the most that was alive, in MiB; NaN when the status was over before one collection
     */
    double mostAlive(Batch batch, String status) throws IOException {
        int from = GcLog.length(log);
        while (batch.now().status().equals(status)) {
            collect();
        }
        return GcLog.mostAliveMib(log, from).stream()
                .mapToDouble(mib -> mib)
                .findFirst()
                .orElse(Double.NaN);
    }

    private void collect() throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(gateway.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (jcmd.waitFor() != 0) {
                throw new IOException("jcmd GC.run failed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
