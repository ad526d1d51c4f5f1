/**
 * The result log in a folder. {@link DirectoryResultLog} does the locking and ordering, {@link LogContents} holds the log's state
 * in memory, {@link LogRecovery} recovers what earlier owners wrote, and all disk access goes through {@link LogFiles}.
 * May call {@code files}, {@code files.directory}, {@code ids}, {@code plan} and {@code results}.
 */
@NullMarked
package io.backfill.results.directory;

import org.jspecify.annotations.NullMarked;
