/**
 * The page at {@code GET /}.
 *
 * May call {@code api} and {@code api.http}.
 */
@NullMarked
package io.backfill.api.welcome;

import org.jspecify.annotations.NullMarked;
