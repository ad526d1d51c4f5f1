/**
 * Determines the tenant of a request: always the default, by API key, or from a header of a trusted proxy.
 * May call {@code errors}, {@code reload} and {@code tenants}.
 */
@NullMarked
package io.backfill.tenants.auth;

import org.jspecify.annotations.NullMarked;
