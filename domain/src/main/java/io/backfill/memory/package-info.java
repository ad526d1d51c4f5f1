/** Simple in-memory backends, used in tests and as reference implementations for the real backends. */
@NullMarked
package io.backfill.memory;

import org.jspecify.annotations.NullMarked;
