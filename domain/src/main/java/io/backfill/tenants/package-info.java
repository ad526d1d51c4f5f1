/**
 * Tenants and their authentication. Every row and every query of the product carries a {@link io.backfill.tenants.TenantId}.
 * May call no other package.
 */
@NullMarked
package io.backfill.tenants;

import org.jspecify.annotations.NullMarked;
