/**
 * Puts a file store and its result logs together, for the gateway and for pods.
 * May call {@code files}, {@code files.directory}, {@code files.s3}, {@code results}, {@code results.directory}, {@code results.s3}
 * and {@code retention}.
 */
@NullMarked
package io.backfill.storage;

import org.jspecify.annotations.NullMarked;
