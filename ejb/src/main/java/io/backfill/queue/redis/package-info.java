/**
 * Order and wake-ups in Redis or Valkey. All of it is a hint that may be lost at any time: the order is rebuilt from the rows, and
 * while the server is unavailable, empty or inconsistent, another queue answers. No other package uses Jedis.
 * May call {@code batches}, {@code catalog.jpa}, {@code errors}, {@code ids}, {@code models}, {@code queue}, {@code tenants} and
 * {@code tls}.
 */
@NullMarked
package io.backfill.queue.redis;

import org.jspecify.annotations.NullMarked;
