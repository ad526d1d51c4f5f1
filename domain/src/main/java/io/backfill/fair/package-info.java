/**
 * Decides which call of a model goes next: those of batches whose window is at risk first, then by tenant and weight, then by
 * batch. Also contains what this needs: measured rates, remaining work, budgets. May call admission, answers, batches (usage),
 * dispatch, errors, ids, models and tenants; replicas are behind {@code Places}.
 */
@NullMarked
package io.backfill.fair;

import org.jspecify.annotations.NullMarked;
