package io.backfill.benchmarks;

/** CPU time that other processes have used. */
final class ProcessCpu {
    private static final double NANOS = 1e9;

    private ProcessCpu() {}

    /** Seconds of user and system time since its start, to a hundredth; NaN when the process is gone or the system does not say. */
    static double seconds(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(cpu -> cpu.toNanos() / NANOS)
                .orElse(Double.NaN);
    }
}
