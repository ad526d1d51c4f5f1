/**
 * A batch while a node works on it: lease, abort signal, progress, and the port through which its job is started and stopped.
 */
@NullMarked
package io.backfill.run;

import org.jspecify.annotations.NullMarked;
