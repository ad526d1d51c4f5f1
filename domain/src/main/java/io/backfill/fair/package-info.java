/**
 * Decides which call of a model goes next: those of batches whose window is at risk first, then by tenant and weight, then by
 * batch. Also contains what this needs: measured rates, remaining work, budgets. The replicas are behind {@code Places}.
 * May call {@code admission}, {@code answers}, {@code batches}, {@code dispatch}, {@code ids}, {@code models} and
 * {@code tenants}.
 */
@NullMarked
package io.backfill.fair;

import org.jspecify.annotations.NullMarked;
