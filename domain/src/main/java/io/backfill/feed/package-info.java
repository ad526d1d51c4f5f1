/**
 * The result lines of a batch for readers, in the order in which they became durable, while the batch runs and after its end.
 * Reads only what is recorded in the store and in the batch's row, so every node gives the same lines for a cursor.
 * May call {@code batches}, {@code door}, {@code errors}, {@code files}, {@code ids}, {@code plan}, {@code results} and
 * {@code tenants}.
 */
@NullMarked
package io.backfill.feed;

import org.jspecify.annotations.NullMarked;
