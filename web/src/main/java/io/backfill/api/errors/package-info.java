/**
 * Maps every failure to OpenAI's error envelope, or to Anthropic's on the routes of its dialect, in one table: rejections by this application, rejections by the JAX-RS router, and
 * unexpected failures.
 * May call {@code errors}, {@code results} and {@code service}.
 */
@NullMarked
package io.backfill.api.errors;

import org.jspecify.annotations.NullMarked;
