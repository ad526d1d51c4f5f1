/**
 * Step {@code assemble}: writes the result files and sets the terminal status.
 * May call {@code batches}, {@code dispatch}, {@code files}, {@code ids}, {@code job}, {@code plan}, {@code rerun},
 * {@code results}, {@code run} and {@code traces}.
 */
@NullMarked
package io.backfill.job.assemble;

import org.jspecify.annotations.NullMarked;
