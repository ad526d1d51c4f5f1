/**
 * The queue as a query: the next batches are read from the rows of the catalog.
 * May call {@code batches}, {@code catalog.jpa}, {@code errors}, {@code ids}, {@code ops}, {@code queue} and {@code tenants}.
 */
@NullMarked
package io.backfill.queue.sql;

import org.jspecify.annotations.NullMarked;
