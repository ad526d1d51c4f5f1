/**
 * The cap as a guarantee: a MicroProfile Fault Tolerance bulkhead per model. It never decides whose turn it is; the gate before it
 * does, which also keeps to what the whole node can carry. May call dispatch and models.
 */
@NullMarked
package io.backfill.dispatch.bulkhead;

import org.jspecify.annotations.NullMarked;
