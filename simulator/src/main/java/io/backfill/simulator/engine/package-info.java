/**
 * When tokens are there: the engine takes a request in and says, token by token, when an answer may leave. Answers
 * themselves (what the tokens say) are made in {@code answers}; HTTP is in {@code http}. May call the JDK only.
 */
@NullMarked
package io.backfill.simulator.engine;

import org.jspecify.annotations.NullMarked;
