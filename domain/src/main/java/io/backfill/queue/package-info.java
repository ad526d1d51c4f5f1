/** The order in which batches are claimed, and wake-ups. Both are only hints: the row in the catalog decides. */
@NullMarked
package io.backfill.queue;

import org.jspecify.annotations.NullMarked;
