package io.backfill.simulator.answers;

import java.util.List;

/**
 * The models that this server serves.
 *
 * @param names at least one; the first is used if a request names none, as in vLLM
 * @param any whether every other name is served too
 */
public record ServedModels(List<String> names, boolean any) {
    public ServedModels {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("at least one model is needed");
        }
    }

    String orFirst(String requested) {
        return requested.isEmpty() ? names.getFirst() : requested;
    }

    public boolean serves(String model) {
        return any || names.contains(model);
    }
}
