package io.backfill.dispatch;

import io.backfill.plan.PlanEntry;

/**
 * A line on its way through the window.
 *
 * @param lane the range of the plan that it was read from, from 0
 */
public record LaneEntry(PlanEntry entry, int lane) {}
