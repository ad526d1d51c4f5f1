/**
 * Finds and validates the lines of a batch input with a byte-level scan, without building trees. Makes such lines from the request
 * array of Anthropic's dialect.
 * May call {@code batches} and {@code errors}.
 */
@NullMarked
package io.backfill.requests;

import org.jspecify.annotations.NullMarked;
