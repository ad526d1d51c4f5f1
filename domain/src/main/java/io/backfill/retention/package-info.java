/**
 * SPIs of the sweeps that free space: which node holds the lease of a sweep, which batches have ended, and what the records say
 * about blobs found in the store. Contains only interfaces. May call {@code files} and {@code ids}.
 */
@NullMarked
package io.backfill.retention;

import org.jspecify.annotations.NullMarked;
