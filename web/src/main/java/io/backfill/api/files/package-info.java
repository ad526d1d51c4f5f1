/**
 * {@code /v1/files} and {@code /v1/uploads}: the HTTP side of {@code FileService} and {@code UploadService}.
 * May call {@code api}, {@code api.errors}, {@code api.http}, {@code api.multipart}, {@code errors}, {@code files}, {@code ids},
 * {@code plan} and {@code service}.
 */
@NullMarked
package io.backfill.api.files;

import org.jspecify.annotations.NullMarked;
