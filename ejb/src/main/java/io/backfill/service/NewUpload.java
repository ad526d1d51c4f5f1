package io.backfill.service;

/**
 * Client-supplied properties of a file to be uploaded in parts.
 *
 * @param bytes total size of all parts
 */
public record NewUpload(NewFile file, String mimeType, long bytes) {}
