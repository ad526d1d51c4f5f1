/**
 * Step {@code dispatch}: one chunk per partition over a sliding window. These artifacts inject domain types only, because the
 * worker of offloaded batches runs them, too.
 * May call {@code batches}, {@code dispatch}, {@code files}, {@code ids}, {@code job}, {@code offload}, {@code plan} and
 * {@code run}.
 */
@NullMarked
package io.backfill.job.dispatch;

import org.jspecify.annotations.NullMarked;
