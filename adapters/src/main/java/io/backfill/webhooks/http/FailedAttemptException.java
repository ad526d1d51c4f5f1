package io.backfill.webhooks.http;

/** An attempt without an answer. The message is shown to the owner of the endpoint. */
final class FailedAttemptException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedAttemptException(String message) {
        super(message);
    }

    FailedAttemptException(String message, Throwable cause) {
        super(message, cause);
    }
}
