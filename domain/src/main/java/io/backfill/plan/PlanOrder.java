package io.backfill.plan;

import java.util.Locale;

/** Order in which the lines of one model are sent. */
public enum PlanOrder {
    /** Lines whose prompts share a prefix are adjacent. */
    PREFIX,
    /** The order of the input file. */
    FILE;

    /** Returns the name used in settings, metadata and manifests. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the order with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static PlanOrder named(String name) {
        for (PlanOrder order : values()) {
            if (order.wireName().equals(name)) {
                return order;
            }
        }
        throw new IllegalArgumentException("the order must be prefix or file, not '" + name + "'");
    }
}
