package io.backfill.api.files;

import io.backfill.api.QueryLimit;
import io.backfill.api.SupportedValues;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.files.FilePurpose;
import io.backfill.files.FileQuery;
import io.backfill.ids.FileId;
import java.util.List;
import java.util.Optional;

/** Parses the query of {@code GET /v1/files}. An empty parameter counts as not sent. */
final class FileQueryParser {
    private FileQueryParser() {}

    static FileQuery parse(String limit, String order, String after, Optional<FilePurpose> purpose, int maxLimit) {
        boolean newestFirst = switch (order) {
            case "", "desc" -> true;
            case "asc" -> false;
            default -> throw SupportedValues.refusal("order", order, List.of("asc", "desc"));
        };
        Optional<FileId> cursor = after.isEmpty() ? Optional.empty() : Optional.of(cursor(after));
        return new FileQuery(purpose, cursor, newestFirst, QueryLimit.parse(limit, maxLimit, maxLimit));
    }

    private static FileId cursor(String after) {
        return FileId.parse(after)
                .orElseThrow(() -> new BackfillException(
                        ErrorCode.INVALID_VALUE, "Invalid 'after': '" + after + "' is not the id of a file.", "after"));
    }
}
