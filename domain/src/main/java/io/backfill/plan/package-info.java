/**
 * Turns input lines into an ordered plan per model, stored in the file store. Planning twice yields the same bytes.
 * May call {@code batches}, {@code files}, {@code ids}, {@code json} and {@code requests}.
 */
@NullMarked
package io.backfill.plan;

import org.jspecify.annotations.NullMarked;
