/**
 * Simple in-memory backends, used in tests and as reference implementations for the real backends.
 * May call {@code batches}, {@code errors}, {@code files}, {@code ids}, {@code queue}, {@code retention} and {@code tenants}.
 */
@NullMarked
package io.backfill.memory;

import org.jspecify.annotations.NullMarked;
