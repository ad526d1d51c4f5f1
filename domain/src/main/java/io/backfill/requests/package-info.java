/**
 * Finds and validates the lines of a batch input with a byte-level scan, without building trees.
 * May call {@code batches}.
 */
@NullMarked
package io.backfill.requests;

import org.jspecify.annotations.NullMarked;
