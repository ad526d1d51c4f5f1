package io.backfill.worker;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Resources used by this process, as far as the platform reports them. */
final class ProcessUse {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessUse() {}

    /**
     * Returns {@code cpu_seconds}, the processor time of all threads since the start, and {@code max_rss_mib}, the peak resident
     * memory.
     */
    static Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            fields.put("cpu_seconds", system.getProcessCpuTime() / 10_000_000 / 100.0);
        }
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmHWM:")) {
                    fields.put("max_rss_mib", Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024);
                }
            }
        } catch (IOException notLinux) {
            // not available on this platform
        }
        return fields;
    }
}
