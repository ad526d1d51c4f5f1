/**
 * Step {@code dispatch}: one chunk per partition over a sliding window. These artifacts inject domain types only, because the
 * worker of offloaded batches runs them, too.
 */
@NullMarked
package io.backfill.job.dispatch;

import org.jspecify.annotations.NullMarked;
