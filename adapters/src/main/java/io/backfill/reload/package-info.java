/**
 * Noticing that a file changed. Calls nothing.
 */
@NullMarked
package io.backfill.reload;

import org.jspecify.annotations.NullMarked;
