/**
 * Maintains the history of the batch runtime, a small database of this node: removes old executions and corrects interrupted ones.
 * Depends on the tables of the runtime's JDBC repository.
 * May call {@code retention}.
 */
@NullMarked
package io.backfill.job.history;

import org.jspecify.annotations.NullMarked;
