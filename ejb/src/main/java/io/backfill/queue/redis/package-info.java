/**
 * Order and wake-ups in Redis or Valkey. All of it is a hint that may be lost at any time: the order is rebuilt from the
 * rows, and while the server is unavailable, empty or inconsistent, another queue answers. May call the domain, the catalog's
 * transactions and Jedis.
 */
@NullMarked
package io.backfill.queue.redis;

import org.jspecify.annotations.NullMarked;
