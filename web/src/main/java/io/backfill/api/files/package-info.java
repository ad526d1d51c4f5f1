/**
 * {@code /v1/files} and {@code /v1/uploads}. Calls {@code FileService} and {@code UploadService}.
 */
@NullMarked
package io.backfill.api.files;

import org.jspecify.annotations.NullMarked;
