/**
 * Sends a line to its model over HTTP/1.1. Manages connections, runs one exchange at a time per call, and enforces time-outs and
 * aborts. Uses the wire classes of Apache HttpComponents Core on the caller's virtual thread. No other package uses the HTTP
 * library.
 * May call {@code admission}, {@code answers}, {@code answers.spool}, {@code dispatch}, {@code ids}, {@code models},
 * {@code reload}, {@code tenants}, {@code tls} and {@code zstd}.
 */
@NullMarked
package io.backfill.dispatch.http;

import org.jspecify.annotations.NullMarked;
