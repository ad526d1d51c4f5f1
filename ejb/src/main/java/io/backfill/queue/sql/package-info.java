/**
 * The queue as a query: the next batches are read from the rows of the catalog. May call the domain and the catalog's
 * transactions.
 */
@NullMarked
package io.backfill.queue.sql;

import org.jspecify.annotations.NullMarked;
