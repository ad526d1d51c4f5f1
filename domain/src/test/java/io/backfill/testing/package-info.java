/**
 * Fakes that tests of all modules share: a clock that is set by hand, gates that stage races, a dispatcher that plays a part, and
 * stores in memory that can fail on the n-th call. Real small classes, no mocking.
 */
@NullMarked
package io.backfill.testing;

import org.jspecify.annotations.NullMarked;
