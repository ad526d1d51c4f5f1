/**
 * Whose turn it is on a model: batches whose window is at risk first, then tenants by weight, then batches. Also what that needs to
 * know: measured rates, work left, budgets. May call batches (usage), dispatch, models, tenants, ids; the endpoints are behind {@code Places}.
 */
@NullMarked
package io.backfill.fair;

import org.jspecify.annotations.NullMarked;
