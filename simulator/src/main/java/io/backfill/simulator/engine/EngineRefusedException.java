package io.backfill.simulator.engine;

/** Thrown if the engine rejects a request. No state of the request remains. */
public final class EngineRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The reason, with the HTTP status that vLLM sends for it. */
    public enum Reason {
        TOO_LARGE(400),
        PRIORITY_IS_OFF(400),
        QUEUE_IS_FULL(503);

        private final int status;

        Reason(int status) {
            this.status = status;
        }
    }

    private final Reason reason;

    EngineRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    public int status() {
        return reason.status;
    }
}
