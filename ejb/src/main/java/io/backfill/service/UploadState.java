package io.backfill.service;

import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import java.util.Optional;

/**
 * An upload as it is now.
 *
 * @param expired it was pending for too long
 * @param file what it became; empty before that, and when the file is gone again
 */
public record UploadState(Upload upload, boolean expired, Optional<StoredFile> file) {}
