/**
 * The chain of links that sends one line and returns one outcome, and the sliding window of open calls around it.
 * May call {@code admission}, {@code answers}, {@code batches}, {@code files}, {@code ids}, {@code models}, {@code plan},
 * {@code requests}, {@code results} and {@code tenants}.
 */
@NullMarked
package io.backfill.dispatch;

import org.jspecify.annotations.NullMarked;
