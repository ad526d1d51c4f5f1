/**
 * The background work of a node, each kind as one pass that a timer calls: claim, renew, expire, sweep. The database decides
 * which node does which piece of work, so every pass may run on all nodes at once.
 * May call {@code batches}, {@code dispatch}, {@code errors}, {@code fair}, {@code files}, {@code ids}, {@code ops}, {@code queue},
 * {@code replicas}, {@code results}, {@code retention}, {@code run}, {@code tenants}, {@code traces} and {@code webhooks}.
 */
@NullMarked
package io.backfill.lifecycle;

import org.jspecify.annotations.NullMarked;
