/**
 * The file store in a folder: every blob is one file, written beside its place and renamed into it. {@link StoreFolder} holds what
 * the result logs in the same folder need too. Calls the domain and the JDK, nothing else.
 */
@NullMarked
package io.backfill.files.directory;

import org.jspecify.annotations.NullMarked;
