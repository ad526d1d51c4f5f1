/**
 * Result lines, the log that makes them durable, its checkpoint, and their assembly into the output and error file.
 */
@NullMarked
package io.backfill.results;

import org.jspecify.annotations.NullMarked;
