package io.backfill.simulator.engine;

/** The process between clients and engine: does one thing after the other, beside the engine. Uses no clock. Not thread-safe. */
public final class ApiServer {
    private final ApiTimes times;
    private double busyUntil;

    public ApiServer(ApiTimes times) {
        this.times = times;
    }

    /** Returns when the engine gets a call that a client sends at {@code seconds}. */
    public double received(double seconds, int promptTokens) {
        return work(seconds, times.perCall() + promptTokens * times.perPromptToken());
    }

    /** Returns when the client gets a token that the engine gives at {@code seconds}. */
    public double sent(double seconds) {
        return work(seconds, times.perOutputToken());
    }

    private double work(double at, double length) {
        busyUntil = Math.max(busyUntil, at) + length;
        return busyUntil;
    }
}
