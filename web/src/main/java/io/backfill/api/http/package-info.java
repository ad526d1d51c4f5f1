/**
 * Common handling of every request: request id, authentication, waiting for the client and error responses; also what JAX-RS sees
 * of a request.
 * May call {@code api}, {@code api.errors}, {@code api.multipart}, {@code door}, {@code errors}, {@code files},
 * {@code tenants} and {@code tenants.auth}.
 */
@NullMarked
package io.backfill.api.http;

import org.jspecify.annotations.NullMarked;
