package io.backfill.batches;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How the owner of a batch steers it. May change until the batch ends, without a new version of the row.
 *
 * @param maxInFlight most calls that the batch may have open, over all its models; empty for no limit of its own
 * @param tokenBudget tokens at which the batch is paused; empty for no limit
 */
public record Steering(Priority priority, OptionalInt maxInFlight, OptionalLong tokenBudget) {
    public static final Steering NONE = new Steering(Priority.NORMAL, OptionalInt.empty(), OptionalLong.empty());

    public Steering {
        if (maxInFlight.isPresent() && maxInFlight.getAsInt() < 1
                || tokenBudget.isPresent() && tokenBudget.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "limits must be at least 1: " + maxInFlight + " calls, " + tokenBudget + " tokens");
        }
    }

    /** Whether a limit has to be enforced on each call, which needs all calls in one process. */
    public boolean limitsCalls() {
        return maxInFlight.isPresent() || tokenBudget.isPresent();
    }

    /** Whether so many tokens use up the budget. */
    public boolean isSpent(Usage usage) {
        return tokenBudget.isPresent() && tokens(usage) >= tokenBudget.getAsLong();
    }

    /** Returns the tokens that count against a budget: those of prompts and those of answers, as the models reported them. */
    public static long tokens(Usage usage) {
        return usage.inputTokens() + usage.outputTokens();
    }
}
