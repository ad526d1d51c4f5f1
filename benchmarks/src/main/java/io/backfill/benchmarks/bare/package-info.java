/**
 * What a batch is compared with: programs that do the least a task can take, without the gateway. They run in a JVM of their own
 * and may call the JDK and the HTTP library that the gateway uses, nothing of the product.
 */
@NullMarked
package io.backfill.benchmarks.bare;

import org.jspecify.annotations.NullMarked;
