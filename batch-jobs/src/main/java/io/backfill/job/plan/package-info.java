/**
 * Step {@code plan}: reads and checks the input and stores the plan.
 * May call {@code batches}, {@code dispatch}, {@code files}, {@code job}, {@code offload}, {@code plan}, {@code rerun},
 * {@code run} and {@code traces}.
 */
@NullMarked
package io.backfill.job.plan;

import org.jspecify.annotations.NullMarked;
