/**
 * Reruns: which lines of a batch are run again, and what the files of its ancestors add to those of a merged rerun.
 * May call {@code batches}, {@code files}, {@code ids}, {@code plan}, {@code requests} and {@code results}.
 */
@NullMarked
package io.backfill.rerun;

import org.jspecify.annotations.NullMarked;
