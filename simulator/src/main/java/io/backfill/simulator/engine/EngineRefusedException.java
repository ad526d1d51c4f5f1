package io.backfill.simulator.engine;

/** The engine did not take a request in. Nothing of it is left behind. */
public final class EngineRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why, and the HTTP status that vLLM answers then. */
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
