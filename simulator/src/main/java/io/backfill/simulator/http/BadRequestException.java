package io.backfill.simulator.http;

/** Thrown for a request that this server cannot read. The connection closes after the answer. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    BadRequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
