/**
 * Fakes that the tests of all modules share: a clock that the test moves, gates that stage races, a dispatcher that simulates a
 * model, and stores in memory that can fail at the n-th call. They are small real classes, without mocking.
 */
@NullMarked
package io.backfill.testing;

import org.jspecify.annotations.NullMarked;
