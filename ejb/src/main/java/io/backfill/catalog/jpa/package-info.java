/**
 * The catalog in an SQL database (H2, PostgreSQL) through JPA: entities that mirror the tables of {@code db/migration}, and the
 * catalogs that use them. Every method runs its own short transaction of {@link io.backfill.catalog.jpa.Transactions}, never part
 * of a caller's.
 * May call {@code batches}, {@code errors}, {@code fair}, {@code files}, {@code ids}, {@code json}, {@code ops},
 * {@code retention}, {@code tenants} and {@code webhooks}.
 */
@NullMarked
package io.backfill.catalog.jpa;

import org.jspecify.annotations.NullMarked;
