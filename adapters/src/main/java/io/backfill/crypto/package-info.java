/**
 * Encryption at rest of headers captured from clients. May call batches, ids.
 */
@NullMarked
package io.backfill.crypto;

import org.jspecify.annotations.NullMarked;
