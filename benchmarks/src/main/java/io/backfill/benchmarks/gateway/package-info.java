/**
 * A gateway as a child process, and a small client of its API. Used by the demo, the benchmarks and the tests that kill and restart
 * servers. May call the JDK and Jackson, but no code of the product.
 */
@NullMarked
package io.backfill.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
