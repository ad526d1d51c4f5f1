package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayServer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Measures the live data in a gateway's heap: requests a full collection through {@code jcmd} and reads the result from the log
 * that {@code -Xlog:gc} writes. A peak between two collections is missed, so a phase should last for many of them.
 */
final class HeapProbe {
    private final GatewayServer gateway;
    private final Path log;

    /** @param log the file to which the gateway's JVM logs its collections */
    HeapProbe(GatewayServer gateway, Path log) {
        this.gateway = gateway;
        this.log = log;
    }

    /** Returns the flag for the gateway's JVM. */
    static String flag(Path log) {
        return "-Xlog:gc:file=" + log + ":none:filecount=0";
    }

    /** Returns the current state of the batch. */
    @FunctionalInterface
    interface Batch {
        BatchState now() throws IOException;
    }

    /**
     * Collects repeatedly while the batch has this status.
     *
     * @return the maximum of live data in MiB; NaN if the status ended before the first collection
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
