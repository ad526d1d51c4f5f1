/**
 * The caps as guarantees: a MicroProfile Fault Tolerance bulkhead per model, and one limit for the whole process. They never
 * decide whose turn it is; the gate before them does. May call dispatch and models.
 */
@NullMarked
package io.backfill.dispatch.bulkhead;

import org.jspecify.annotations.NullMarked;
