/**
 * The result log in a folder. Who is written for what: {@link DirectoryResultLog} the locks and the order of things,
 * {@link LogContents} what the log holds, {@link LogRecovery} what earlier owners left, {@link LogFiles} the only way to the disk.
 * Calls the domain, {@code files.directory} and the JDK.
 */
@NullMarked
package io.backfill.results.directory;

import org.jspecify.annotations.NullMarked;
