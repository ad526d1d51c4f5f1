/**
 * A batch as a value, its pure state machine, its lease, and the SPIs that store its row and seal its headers.
 * May call {@code errors}, {@code files}, {@code ids} and {@code tenants}.
 */
@NullMarked
package io.backfill.batches;

import org.jspecify.annotations.NullMarked;
