/**
 * The JSR-352 job {@code inference}: its name and parameters, the only class that uses the job operator, and the listener
 * that reports the end of an execution. Calls domain types only.
 */
@NullMarked
package io.backfill.job;

import org.jspecify.annotations.NullMarked;
