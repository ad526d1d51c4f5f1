package io.backfill.api.multipart;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.IOException;

/** The errors for a form that cannot be read. */
public final class MalformedForm {
    private MalformedForm() {}

    /** Returns the error for a body that is not a form or ends early. */
    public static BackfillException exception() {
        return new BackfillException(ErrorCode.INVALID_REQUEST, "Invalid multipart form data.");
    }

    /** Returns the error for a connection that failed while the form was read. The client rarely receives it. */
    public static BackfillException unreadable(IOException cause) {
        return new BackfillException(
                ErrorCode.INVALID_REQUEST, "The connection failed before the whole form had arrived.", cause);
    }
}
