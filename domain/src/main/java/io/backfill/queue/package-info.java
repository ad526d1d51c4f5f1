/**
 * Which batch is next, and who should wake up. Only hints: the row in the catalog decides.
 */
@NullMarked
package io.backfill.queue;

import org.jspecify.annotations.NullMarked;
