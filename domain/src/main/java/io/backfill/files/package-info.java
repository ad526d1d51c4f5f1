/** Uploaded files and result files: their limits, and the SPIs that store their records and their bytes. */
@NullMarked
package io.backfill.files;

import org.jspecify.annotations.NullMarked;
