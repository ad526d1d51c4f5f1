/**
 * The obvious in-memory backends: for tests, and as oracles for the real ones.
 */
@NullMarked
package io.backfill.memory;

import org.jspecify.annotations.NullMarked;
