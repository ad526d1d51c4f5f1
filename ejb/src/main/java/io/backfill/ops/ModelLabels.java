package io.backfill.ops;

import io.backfill.models.ModelDirectory;

/**
 * Which value the label {@code model} has. Clients choose the names that the catch-all entry serves, so only models that the
 * operator listed have a value of their own; all others share one.
 */
public final class ModelLabels {
    /** Of all models that the directory does not list. */
    static final String OTHER = "other";

    private final ModelDirectory directory;

    public ModelLabels(ModelDirectory directory) {
        this.directory = directory;
    }

    String of(String model) {
        return directory.isListed(model) ? model : OTHER;
    }

    /** Whether series with this value are still to be shown. */
    boolean isCurrent(String label) {
        return label.equals(OTHER) || directory.isListed(label);
    }
}
