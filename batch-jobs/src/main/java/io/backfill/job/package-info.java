/**
 * The JSR-352 job {@code inference}: its name and parameters, the only class that uses the job operator, and the listener that
 * reports the end of an execution.
 * May call {@code batches}, {@code dispatch}, {@code ids}, {@code job.runtime} and {@code run}.
 */
@NullMarked
package io.backfill.job;

import org.jspecify.annotations.NullMarked;
