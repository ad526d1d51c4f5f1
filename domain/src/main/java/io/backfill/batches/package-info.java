/**
 * A batch as a value, its pure state machine, its lease, and the SPIs that keep its row. May call files, ids, tenants, errors.
 */
@NullMarked
package io.backfill.batches;

import org.jspecify.annotations.NullMarked;
