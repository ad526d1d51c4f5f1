package io.backfill.service;

/**
 * What a client says of a file it will upload in parts.
 *
 * @param bytes total size of all parts
 */
public record NewUpload(NewFile file, String mimeType, long bytes) {}
