package io.backfill.pace;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/** The load of all processors of this machine, or of the container, for {@link SpareCpuRate}. */
public final class ProcessorLoad {
    private ProcessorLoad() {}

    /** From 0 to 1; always negative where the JVM does not report it. Thread-safe. */
    public static DoubleSupplier ofThisMachine() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system::getCpuLoad
                : () -> -1;
    }
}
