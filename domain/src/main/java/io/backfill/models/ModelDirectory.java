package io.backfill.models;

import java.util.List;
import java.util.Optional;

/** SPI: the models there are. Answers from memory; a reload swaps the whole directory at once. */
public interface ModelDirectory {
    /** The model of that name, also one that only the catch-all entry serves; empty when there is none. */
    Optional<Model> find(String name);

    /** Models listed by name, in the operator's order; without those that only the catch-all serves. */
    List<Model> listed();

    /** Whether the model is listed by name. */
    default boolean isListed(String name) {
        return listed().stream().anyMatch(model -> model.name().equals(name));
    }

    /** Why the newest edit was not taken, and the directory before it still serves; empty when all is well. */
    Optional<String> problem();
}
