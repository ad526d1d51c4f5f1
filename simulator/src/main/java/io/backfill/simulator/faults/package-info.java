/**
 * Faults on demand: rules that determine which requests are answered wrongly, and how. A set of rules is an immutable
 * value that can be replaced at any time; {@code FaultSwitch} holds the active set and its counts.
 *
 * <p>This package only decides; {@code answers} writes the faulty answer. May call Jackson for the JSON form of the
 * rules.
 */
@NullMarked
package io.backfill.simulator.faults;

import org.jspecify.annotations.NullMarked;
