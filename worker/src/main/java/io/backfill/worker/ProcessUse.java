package io.backfill.worker;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What this process has used, as far as the platform tells. */
final class ProcessUse {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessUse() {}

    /** {@code cpu_seconds} of all threads since the start, and {@code max_rss_mib}, the most memory it had at a time. */
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
            // then nobody knows
        }
        return fields;
    }
}
