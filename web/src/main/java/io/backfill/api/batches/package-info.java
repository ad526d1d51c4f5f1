/**
 * {@code /v1/batches}. Calls {@code BatchService}.
 */
@NullMarked
package io.backfill.api.batches;

import org.jspecify.annotations.NullMarked;
