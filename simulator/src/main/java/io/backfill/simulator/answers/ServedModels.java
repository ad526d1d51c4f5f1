package io.backfill.simulator.answers;

import java.util.List;

/**
 * The models this server answers for.
 *
 * @param names at least one; the first is taken when a request names none, as vLLM does
 * @param any answers for every other name too
 */
public record ServedModels(List<String> names, boolean any) {
    public ServedModels {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("at least one model is served");
        }
    }

    String orFirst(String requested) {
        return requested.isEmpty() ? names.getFirst() : requested;
    }

    public boolean serves(String model) {
        return any || names.contains(model);
    }
}
