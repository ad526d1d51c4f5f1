/**
 * The OpenAPI document at {@code GET /openapi}. It is written by hand; tests compare it with the resources and with what they answer.
 *
 * May call {@code api} and {@code api.http}.
 */
@NullMarked
package io.backfill.api.openapi;

import org.jspecify.annotations.NullMarked;
