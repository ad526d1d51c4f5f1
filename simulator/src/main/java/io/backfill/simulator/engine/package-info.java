/**
 * When tokens are there: {@link io.backfill.simulator.engine.LatencyEngine} gives each answer a time of its own,
 * {@link io.backfill.simulator.engine.BatchingEngine} models batch, prefix cache and queue ({@code EngineCore}, which is
 * of use without it, in virtual time). the engine takes a request in and says, token by token, when an answer may leave. Answers
 * themselves (what the tokens say) are made in {@code answers}; HTTP is in {@code http}. May call the JDK only.
 */
@NullMarked
package io.backfill.simulator.engine;

import org.jspecify.annotations.NullMarked;
