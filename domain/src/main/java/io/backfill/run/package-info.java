/**
 * The state of batches that a node is processing: lease, abort signal and progress, the limits on how many run at once, and the
 * port through which their jobs are started.
 * May call {@code batches}, {@code dispatch}, {@code fair}, {@code files}, {@code ids}, {@code models}, {@code pace}, {@code plan},
 * {@code results}, {@code tenants} and {@code traces}.
 */
@NullMarked
package io.backfill.run;

import org.jspecify.annotations.NullMarked;
