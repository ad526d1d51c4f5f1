package io.backfill.simulator;

import io.backfill.simulator.engine.EngineParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The flags that describe the engine. Flags of the batching engine are rejected without it. */
final class EngineFlags {
    private final List<String> ofBatching = new ArrayList<>();
    private boolean batching;
    private EngineParameters parameters = EngineParameters.H100_8B;
    private final List<Change> changes = new ArrayList<>();
    private double speed = 1;

    /**
     * The change that a flag makes. Changes are applied at the end, so that flags may precede
     * {@code --engine-parameters}.
     */
    private interface Change {
        EngineParameters apply(EngineParameters before);
    }

    /** Reads a flag and its value. Returns false if the flag is not about the engine. */
    boolean read(String flag, Supplier<String> value) {
        switch (flag) {
            case "--engine" -> batching = oneOf(flag, value.get(), "latency", "batching");
            case "--engine-parameters" -> parameters = EngineParameters.named(value.get());
            case "--kv-blocks" -> change(number(flag, value.get()), EngineParameters::withBlocks);
            case "--max-num-seqs" -> change(number(flag, value.get()), EngineParameters::withMaxSequences);
            case "--max-num-batched-tokens" ->
                change(number(flag, value.get()), EngineParameters::withMaxBatchedTokens);
            case "--max-num-queued-reqs" -> change(number(flag, value.get()), EngineParameters::withMaxQueued);
            case "--no-prefix-caching" -> changes.add(before -> before.withPrefixCaching(false));
            case "--scheduling-policy" -> {
                boolean priority = oneOf(flag, value.get(), "fcfs", "priority");
                changes.add(before -> before.withPriorityScheduling(priority));
            }
            case "--speed" -> speed = decimal(flag, value.get());
            default -> {
                return false;
            }
        }
        if (!flag.equals("--engine")) {
            ofBatching.add(flag);
        }
        return true;
    }

    SimulatorOptions applyTo(SimulatorOptions options) {
        if (!batching) {
            if (!ofBatching.isEmpty()) {
                throw new IllegalArgumentException(ofBatching.getFirst() + " needs --engine batching");
            }
            return options;
        }
        EngineParameters changed = parameters;
        for (Change change : changes) {
            changed = change.apply(changed);
        }
        return options.withEngine(changed, speed);
    }

    private void change(int number, NumberChange change) {
        changes.add(before -> change.apply(before, number));
    }

    private interface NumberChange {
        EngineParameters apply(EngineParameters before, int number);
    }

    /** Returns whether the value is {@code second}. Throws if it is neither. */
    private static boolean oneOf(String flag, String value, String first, String second) {
        if (!value.equals(first) && !value.equals(second)) {
            throw new IllegalArgumentException(flag + " is " + first + " or " + second + ", not '" + value + "'");
        }
        return value.equals(second);
    }

    private static int number(String flag, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(flag + " needs a number, not '" + value + "'", notANumber);
        }
    }

    private static double decimal(String flag, String value) {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(flag + " needs a number, not '" + value + "'", notANumber);
        }
    }
}
