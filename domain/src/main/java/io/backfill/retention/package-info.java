/**
 * SPIs of the sweeps that free space: whose turn a sweep is, which batches have ended, and what the records say about blobs found
 * in the store. Contains only interfaces. Depends on files and ids.
 */
@NullMarked
package io.backfill.retention;

import org.jspecify.annotations.NullMarked;
