/**
 * What happens to every request, whatever it asks for: its id, its tenant, its end; and what JAX-RS gets to see of it. Calls {@code door},
 * {@code tenants}, {@code tenants.auth} and {@code api.errors}.
 */
@NullMarked
package io.backfill.api.http;

import org.jspecify.annotations.NullMarked;
