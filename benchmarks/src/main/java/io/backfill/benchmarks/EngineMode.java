package io.backfill.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a gateway is configured while an engine is measured.
 *
 * @param inFlight {@code max-in-flight}; 0 means that no batch runs
 * @param protection value of {@code protect-interactive}; empty for the default
 */
record EngineMode(String label, int inFlight, Optional<String> protection) {
    static final EngineMode ALONE = new EngineMode("alone", 0, Optional.empty());

    /** Returns a limit that never changes. */
    static EngineMode fixed(int inFlight) {
        return new EngineMode("fixed " + inFlight, inFlight, Optional.of("off"));
    }

    /** Returns the unprotected batch, which is a fixed limit too. */
    static EngineMode unprotected(int inFlight) {
        return new EngineMode("unprotected", inFlight, Optional.of("off"));
    }

    /** Returns the defaults of the product. */
    static EngineMode ours(int inFlight) {
        return new EngineMode("ours", inFlight, Optional.empty());
    }

    /** Returns the product with latency targets, as {@code models.yaml} takes them. */
    static EngineMode targets(int inFlight, List<String> targets) {
        return new EngineMode("ours with targets", inFlight, Optional.of("{ " + String.join(", ", targets) + " }"));
    }

    boolean hasBatch() {
        return inFlight > 0;
    }

    /** Whether the limit is fixed, the unprotected one included. */
    boolean isFixed() {
        return hasBatch() && protection.equals(Optional.of("off"));
    }

    /** Returns the keys of the model in {@code models.yaml}. */
    List<String> keys() {
        List<String> keys = new ArrayList<>(List.of("max-in-flight: " + Math.max(1, inFlight)));
        protection.ifPresent(value -> keys.add("protect-interactive: " + value));
        return keys;
    }
}
