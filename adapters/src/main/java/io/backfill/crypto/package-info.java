/**
 * Encrypts headers captured from clients at rest. May depend on batches and ids.
 */
@NullMarked
package io.backfill.crypto;

import org.jspecify.annotations.NullMarked;
