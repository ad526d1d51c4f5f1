/**
 * The result log in a folder. {@link DirectoryResultLog} does the locking and ordering, {@link LogContents} holds the log's state in
 * memory, {@link LogRecovery} recovers what earlier owners wrote, and all disk access goes through {@link LogFiles}. Depends on the
 * domain, {@code files.directory} and the JDK.
 */
@NullMarked
package io.backfill.results.directory;

import org.jspecify.annotations.NullMarked;
