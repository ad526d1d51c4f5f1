package io.backfill.plan;

import java.util.Locale;

/** In which order the lines of one model are sent. */
public enum PlanOrder {
    /** Lines whose prompts begin alike stand next to each other. */
    PREFIX,
    /** As they stand in the input. */
    FILE;

    /** Its name in settings, metadata and manifests. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The order of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static PlanOrder named(String name) {
        for (PlanOrder order : values()) {
            if (order.wireName().equals(name)) {
                return order;
            }
        }
        throw new IllegalArgumentException("an order is prefix or file, not '" + name + "'");
    }
}
