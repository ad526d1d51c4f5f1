package io.backfill.dispatch;

import io.backfill.plan.PlanEntry;

/**
 * A plan entry on its way through the window.
 *
 * @param lane range of the plan that the entry was read from, counted from 0
 */
public record LaneEntry(PlanEntry entry, int lane) {}
