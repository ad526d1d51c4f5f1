package io.backfill.models;

import java.util.List;
import java.util.Optional;

/** SPI for the configured models. Lookups are served from memory; a reload replaces the whole directory at once. */
public interface ModelDirectory {
    /** Returns the model with this name, including one that only the catch-all entry serves; empty if there is none. */
    Optional<Model> find(String name);

    /**
     * Returns the models that are listed by name, in the operator's order. Models that only the catch-all entry serves are not
     * included.
     */
    List<Model> listed();

    /** Whether the model is listed by name. */
    default boolean isListed(String name) {
        return listed().stream().anyMatch(model -> model.name().equals(name));
    }

    /** Returns why the latest edit was rejected, in which case the previous directory remains in use; empty if there is no problem. */
    Optional<String> problem();
}
