/** Result lines, the log that makes them durable, its checkpoints, and the assembly of the output and error file. */
@NullMarked
package io.backfill.results;

import org.jspecify.annotations.NullMarked;
