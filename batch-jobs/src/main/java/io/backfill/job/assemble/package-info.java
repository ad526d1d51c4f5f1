/**
 * Step {@code assemble}: result files, terminal status.
 */
@NullMarked
package io.backfill.job.assemble;

import org.jspecify.annotations.NullMarked;
