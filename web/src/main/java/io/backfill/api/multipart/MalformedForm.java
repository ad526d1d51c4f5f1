package io.backfill.api.multipart;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import java.io.IOException;

/** The two ways a form can fail to be one. */
public final class MalformedForm {
    private MalformedForm() {}

    /** It is not a form, or breaks off in the middle. */
    public static BackfillException exception() {
        return new BackfillException(ErrorCode.INVALID_REQUEST, "Invalid multipart form data.");
    }

    /** The connection failed while it was read; hardly anybody is left to read this. */
    static BackfillException unreadable(IOException cause) {
        return new BackfillException(
                ErrorCode.INVALID_REQUEST, "The connection failed before the whole form had arrived.", cause);
    }
}
