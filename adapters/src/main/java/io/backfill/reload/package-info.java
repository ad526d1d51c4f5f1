/**
 * Detects changes of files.
 * May call no other package.
 */
@NullMarked
package io.backfill.reload;

import org.jspecify.annotations.NullMarked;
