/**
 * Keeps the batch runtime's own history, a small database of this node, short and true. Knows the tables that the runtime's
 * JDBC repository makes; calls domain types only.
 */
@NullMarked
package io.backfill.job.history;

import org.jspecify.annotations.NullMarked;
