/**
 * Keeps large answers on this node's disk while their calls are open.
 * May call {@code answers}, {@code files.directory} and {@code pace}.
 */
@NullMarked
package io.backfill.answers.spool;

import org.jspecify.annotations.NullMarked;
