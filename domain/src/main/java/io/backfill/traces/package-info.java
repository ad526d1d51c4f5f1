/**
 * The port through which the life of a batch is recorded as one trace.
 * May call {@code batches} and {@code dispatch}.
 */
@NullMarked
package io.backfill.traces;

import org.jspecify.annotations.NullMarked;
