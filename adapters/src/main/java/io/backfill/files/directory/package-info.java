/**
 * The file store in a folder. Every blob is one file, written under a temporary name and then renamed. {@link StoreFolder} contains
 * what the result logs in the same folder also use.
 * May call {@code files} and {@code retention}.
 */
@NullMarked
package io.backfill.files.directory;

import org.jspecify.annotations.NullMarked;
