/**
 * The order in which batches are claimed, and wake-ups. Both are only hints: the row in the catalog decides.
 * May call {@code batches}, {@code ids} and {@code tenants}.
 */
@NullMarked
package io.backfill.queue;

import org.jspecify.annotations.NullMarked;
