/**
 * Common handling of every request: request id, authentication, waiting for the client and error responses; also what JAX-RS sees
 * of a request. Calls {@code door}, {@code tenants}, {@code tenants.auth} and {@code api.errors}.
 */
@NullMarked
package io.backfill.api.http;

import org.jspecify.annotations.NullMarked;
