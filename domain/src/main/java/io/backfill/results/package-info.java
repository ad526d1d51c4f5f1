/**
 * Result lines, the log that makes them durable, its checkpoints, and the assembly of the output and error file.
 * May call {@code answers}, {@code batches}, {@code files}, {@code ids}, {@code json}, {@code plan} and {@code requests}.
 */
@NullMarked
package io.backfill.results;

import org.jspecify.annotations.NullMarked;
