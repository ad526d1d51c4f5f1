/**
 * Decompresses Zstandard (RFC 8878): input files, and answers of servers that send it unrequested. Implemented here, because existing libraries need native
 * code or {@code sun.misc.Unsafe}.
 * May call no other package.
 */
@NullMarked
package io.backfill.zstd;

import org.jspecify.annotations.NullMarked;
