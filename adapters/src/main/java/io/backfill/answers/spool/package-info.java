/**
 * Keeps large answers on this node's disk while their calls are open. Depends on the domain, {@code files.directory} and the JDK.
 */
@NullMarked
package io.backfill.answers.spool;

import org.jspecify.annotations.NullMarked;
