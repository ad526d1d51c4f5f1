/**
 * The ways to tell whose request it is: not at all, by API key, or by what a trusted proxy says. May call tenants, errors, reload.
 */
@NullMarked
package io.backfill.tenants.auth;

import org.jspecify.annotations.NullMarked;
