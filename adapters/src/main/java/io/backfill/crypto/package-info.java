/**
 * Encrypts headers captured from clients at rest.
 * May call {@code batches}, {@code files.directory} and {@code ids}.
 */
@NullMarked
package io.backfill.crypto;

import org.jspecify.annotations.NullMarked;
