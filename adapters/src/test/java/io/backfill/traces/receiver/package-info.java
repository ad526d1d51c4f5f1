/** A collector for tests, which receives traces over HTTP and decodes them. */
@NullMarked
package io.backfill.traces.receiver;

import org.jspecify.annotations.NullMarked;
