/**
 * Faults on demand: rules that say which requests are answered wrongly, and how. A set of rules is an immutable value
 * that can be replaced at any time; {@code FaultSwitch} holds the one in force and what must be counted for it.
 *
 * <p>Decides only; the wrong answer is written by {@code answers}. May call Jackson for the JSON form of the rules.
 */
@NullMarked
package io.backfill.simulator.faults;

import org.jspecify.annotations.NullMarked;
