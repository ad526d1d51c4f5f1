/**
 * Maps every failure to OpenAI's error envelope, in one table: rejections by this application, rejections by the JAX-RS router, and
 * unexpected failures.
 * May call {@code errors} and {@code service}.
 */
@NullMarked
package io.backfill.api.errors;

import org.jspecify.annotations.NullMarked;
