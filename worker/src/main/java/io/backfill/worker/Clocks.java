package io.backfill.worker;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a process.
 *
 * @param nanoTime measures elapsed time
 */
record Clocks(InstantSource time, LongSupplier nanoTime) {}
