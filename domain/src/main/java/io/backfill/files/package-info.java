/**
 * Uploaded and produced files: their records, the two SPIs that keep records and bytes, and their limits.
 */
@NullMarked
package io.backfill.files;

import org.jspecify.annotations.NullMarked;
