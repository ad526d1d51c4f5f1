/**
 * {@code /v1/batches}: the HTTP side of {@code BatchService}.
 * May call {@code api}, {@code api.errors}, {@code api.http}, {@code batches}, {@code door}, {@code errors},
 * {@code feed}, {@code ids}, {@code results} and {@code service}.
 */
@NullMarked
package io.backfill.api.batches;

import org.jspecify.annotations.NullMarked;
