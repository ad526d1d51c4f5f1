package io.backfill.results;

import java.util.Arrays;
import java.util.Optional;

/** Why lines without a result never ran. Code and message go to the error file. */
public enum NotRunReason {
    CANCELLED("batch_cancelled", "This request was not executed because the batch was cancelled."),
    EXPIRED("batch_expired", "This request could not be executed before the completion window expired."),
    /** The line never ran or its result is damaged; the two cases are indistinguishable. */
    SETTLED("batch_settled", "No result of this request could be read when the batch was settled.");

    private final String code;
    private final String message;

    NotRunReason(String code, String message) {
        this.code = code;
        this.message = message;
    }

    /** Returns the reason with this code. */
    public static Optional<NotRunReason> ofCode(String code) {
        return Arrays.stream(values())
                .filter(reason -> reason.code.equals(code))
                .findFirst();
    }

    public String code() {
        return code;
    }

    public String message() {
        return message;
    }
}
