/**
 * Step {@code plan}: read and check the input, store the plan.
 */
@NullMarked
package io.backfill.job.plan;

import org.jspecify.annotations.NullMarked;
