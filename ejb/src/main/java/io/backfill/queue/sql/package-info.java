/**
 * The queue as a query: which batch is next is read from the catalog's rows. May call the domain and the catalog's transactions.
 */
@NullMarked
package io.backfill.queue.sql;

import org.jspecify.annotations.NullMarked;
