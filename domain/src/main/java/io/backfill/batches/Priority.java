package io.backfill.batches;

import java.util.Locale;
import java.util.Optional;

/** The rank of a batch among the batches of its tenant; it has no effect on other tenants. The most urgent comes first. */
public enum Priority {
    HIGH,
    NORMAL,
    LOW;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the priority with this name on the wire. */
    public static Optional<Priority> named(String wireName) {
        for (Priority each : values()) {
            if (each.wireName().equals(wireName)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
