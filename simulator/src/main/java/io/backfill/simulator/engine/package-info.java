/**
 * Determines when tokens exist: {@link io.backfill.simulator.engine.LatencyEngine} gives each answer its own time,
 * {@link io.backfill.simulator.engine.BatchingEngine} models batch, prefix cache and queue. Its {@code EngineCore} can
 * also be used alone, in virtual time. The engine accepts a request and reports, token by token, when the answer may
 * be sent. The text of the answers is generated in {@code answers}; HTTP is in {@code http}. May call the JDK only.
 */
@NullMarked
package io.backfill.simulator.engine;

import org.jspecify.annotations.NullMarked;
