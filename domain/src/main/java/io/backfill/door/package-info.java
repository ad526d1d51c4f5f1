/**
 * The front door: limits how many of this node's HTTP threads one tenant, or all clients together, may hold.
 * May call {@code tenants}.
 */
@NullMarked
package io.backfill.door;

import org.jspecify.annotations.NullMarked;
