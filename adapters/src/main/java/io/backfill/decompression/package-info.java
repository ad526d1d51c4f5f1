/**
 * Decompresses input files.
 * May call {@code plan} and {@code zstd}.
 */
@NullMarked
package io.backfill.decompression;

import org.jspecify.annotations.NullMarked;
