/**
 * The batch runtime that runs the jobs, behind one port: that of the server, or JBeret in this application with threads, beans and a
 * repository that are handed to it. The application's descriptor selects one.
 * May call {@code run}.
 */
@NullMarked
package io.backfill.job.runtime;

import org.jspecify.annotations.NullMarked;
