package io.backfill.service;

import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import java.util.Optional;

/**
 * The current state of an upload.
 *
 * @param expired whether it was pending for too long
 * @param file the file created from it; empty before completion and after the file was deleted
 */
public record UploadState(Upload upload, boolean expired, Optional<StoredFile> file) {}
