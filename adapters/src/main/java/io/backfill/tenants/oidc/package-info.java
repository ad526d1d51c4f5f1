/**
 * Identifies tenants by the tokens of an OpenID Connect issuer: signed JWTs, verified with the keys that the issuer publishes. Only
 * this package may use the JWT library. It starts no threads; its calls run on the given executor.
 * May call {@code errors}, {@code models}, {@code tenants} and {@code tls}.
 */
@NullMarked
package io.backfill.tenants.oidc;

import org.jspecify.annotations.NullMarked;
