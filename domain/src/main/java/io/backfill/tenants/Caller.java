package io.backfill.tenants;

import java.util.function.BooleanSupplier;

/**
 * The sender of a request whose credentials were accepted.
 *
 * @param operator whether the sender is an operator, who may act on batches of any tenant; evaluated only when needed
 */
public record Caller(TenantId tenant, BooleanSupplier operator) {}
