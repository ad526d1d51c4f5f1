/**
 * What the benchmarks of a real engine need: the engine's own API and metrics, an interactive user that measures its streams, prompts
 * of a given number of tokens, and a picture. May call the JDK, Jackson and HttpClient 5, but no code of the product.
 */
@NullMarked
package io.backfill.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
