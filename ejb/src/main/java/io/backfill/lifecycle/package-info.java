/**
 * The background work of a node, each as one pass that a timer calls: claim, renew, expire, sweep. The database decides who does
 * which piece of work, so every pass may run on every node at once.
 */
@NullMarked
package io.backfill.lifecycle;

import org.jspecify.annotations.NullMarked;
