/**
 * The front door: how much of this node's HTTP threads one tenant, or clients together, may hold. Calls {@code tenants} and
 * {@code errors}.
 */
@NullMarked
package io.backfill.door;

import org.jspecify.annotations.NullMarked;
