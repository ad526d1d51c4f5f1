/**
 * Tenants by the tokens of an OpenID Connect issuer: signed JWTs, verified with the keys that the issuer publishes. The one place
 * that may import the JWT library. Starts no thread of its own; its calls run on the executor it is given. May call tenants, errors,
 * tls, models.
 */
@NullMarked
package io.backfill.tenants.oidc;

import org.jspecify.annotations.NullMarked;
