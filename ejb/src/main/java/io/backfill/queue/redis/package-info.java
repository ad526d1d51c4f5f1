/**
 * Order and wake-ups in Redis or Valkey. All of it is a hint that may vanish at any time: the order is read again from the rows,
 * and while the server is away, empty or wrong, another queue answers. May call the domain, the catalog's transactions and Jedis.
 */
@NullMarked
package io.backfill.queue.redis;

import org.jspecify.annotations.NullMarked;
