package io.backfill.ops;

import io.backfill.models.ModelDirectory;

/**
 * Determines the value of the label {@code model}. Only models that the operator listed have a value of their own; all others
 * share one, because clients choose the names that the catch-all entry serves.
 */
public final class ModelLabels {
    /** The label of all models that the directory does not list. */
    static final String OTHER = "other";

    private final ModelDirectory directory;

    public ModelLabels(ModelDirectory directory) {
        this.directory = directory;
    }

    String of(String model) {
        return directory.isListed(model) ? model : OTHER;
    }

    /** Whether series with this label value must be kept. */
    boolean isCurrent(String label) {
        return label.equals(OTHER) || directory.isListed(label);
    }
}
