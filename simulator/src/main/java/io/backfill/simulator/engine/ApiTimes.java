package io.backfill.simulator.engine;

/**
 * The work of the process between clients and engine, in seconds: HTTP, tokenization, the text of answers.
 *
 * @param perCall receiving a call and sending its answer
 * @param perPromptToken tokenization
 * @param perOutputToken taking a token from the engine
 */
public record ApiTimes(double perCall, double perPromptToken, double perOutputToken) {
    /** No work at all. */
    public static final ApiTimes NONE = new ApiTimes(0, 0, 0);

    public ApiTimes {
        if (!(perCall >= 0 && perPromptToken >= 0 && perOutputToken >= 0)) {
            throw new IllegalArgumentException("times must not be negative");
        }
    }
}
