/**
 * Webhooks: endpoints and their signing secrets, the events of batches, their deliveries as an outbox in the catalog, and the
 * pass that delivers them.
 * May call {@code batches}, {@code ids} and {@code tenants}.
 */
@NullMarked
package io.backfill.webhooks;

import org.jspecify.annotations.NullMarked;
