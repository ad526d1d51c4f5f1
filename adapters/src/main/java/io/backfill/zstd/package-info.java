/**
 * Decompresses Zstandard (RFC 8878), which some servers send unrequested. Implemented here, because existing libraries need
 * native code or {@code sun.misc.Unsafe}. Depends only on the JDK.
 */
@NullMarked
package io.backfill.zstd;

import org.jspecify.annotations.NullMarked;
