/**
 * Detects changes of files. Depends only on the JDK.
 */
@NullMarked
package io.backfill.reload;

import org.jspecify.annotations.NullMarked;
