package io.backfill.api.batches;

import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;

/** Builds the error for an id of the wrong kind, in OpenAI's words. */
final class IdPrefix {
    private IdPrefix() {}

    static BackfillException refusal(String param, String id, String prefix) {
        return new BackfillException(
                ErrorCode.INVALID_VALUE,
                "Invalid '" + param + "': '" + id + "'. Expected an ID that begins with '" + prefix + "'.",
                param);
    }
}
