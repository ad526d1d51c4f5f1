/**
 * Decompresses Zstandard (RFC 8878), which some servers send unasked. Own code, because the libraries there are need native code or
 * {@code sun.misc.Unsafe}. Calls the JDK only.
 */
@NullMarked
package io.backfill.zstd;

import org.jspecify.annotations.NullMarked;
