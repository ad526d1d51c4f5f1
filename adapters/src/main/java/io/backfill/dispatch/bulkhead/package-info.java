/**
 * Enforces the cap of every model with a MicroProfile Fault Tolerance bulkhead. It does not decide which call is next; the gate
 * before it does, and also respects the capacity of the whole node.
 * May call {@code dispatch} and {@code models}.
 */
@NullMarked
package io.backfill.dispatch.bulkhead;

import org.jspecify.annotations.NullMarked;
