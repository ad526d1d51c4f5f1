/**
 * The whole vocabulary of refusals: what went wrong, which HTTP status and OpenAI fields say so. Calls nothing.
 */
@NullMarked
package io.backfill.errors;

import org.jspecify.annotations.NullMarked;
