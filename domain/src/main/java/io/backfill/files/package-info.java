/**
 * Uploaded files and result files: their limits, and the SPIs that store their records and their bytes.
 * May call {@code ids} and {@code tenants}.
 */
@NullMarked
package io.backfill.files;

import org.jspecify.annotations.NullMarked;
