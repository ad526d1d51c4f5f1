package io.backfill.benchmarks;

/** Processor time used by other processes. */
final class ProcessCpu {
    private static final double NANOS = 1e9;

    private ProcessCpu() {}

    /**
     * Returns the seconds of user and system time since the start, to a hundredth; NaN if the process has ended or the platform
     * does not report it.
     */
    static double seconds(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(cpu -> cpu.toNanos() / NANOS)
                .orElse(Double.NaN);
    }
}
