/**
 * Baselines for a batch: programs that do the minimum work of a task without the gateway. They run in separate JVMs and may call
 * the JDK and the HTTP library that the gateway uses, but no code of the product.
 */
@NullMarked
package io.backfill.benchmarks.bare;

import org.jspecify.annotations.NullMarked;
