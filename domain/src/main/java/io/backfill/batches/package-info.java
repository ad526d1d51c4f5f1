/**
 * A batch as a value, its pure state machine, its lease, and the SPIs that store its row. May call files, ids, tenants and errors.
 */
@NullMarked
package io.backfill.batches;

import org.jspecify.annotations.NullMarked;
