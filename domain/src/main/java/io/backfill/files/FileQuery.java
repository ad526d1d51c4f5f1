package io.backfill.files;

import io.backfill.ids.FileId;
import java.util.Optional;

/**
 * One page of a tenant's files in id order, which is creation order.
 *
 * @param after exclusive cursor; the file need not exist anymore
 * @param limit at least 1
 */
public record FileQuery(Optional<FilePurpose> purpose, Optional<FileId> after, boolean newestFirst, int limit) {
    public FileQuery {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1: " + limit);
        }
    }
}
