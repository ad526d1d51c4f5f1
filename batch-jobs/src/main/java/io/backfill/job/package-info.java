/**
 * The JSR-352 job {@code inference}: its name and parameters, the one class that talks to the job operator, and the listener
 * that says how an execution ended. Calls domain types only.
 */
@NullMarked
package io.backfill.job;

import org.jspecify.annotations.NullMarked;
