/**
 * Sends a line to its model over HTTP/1.1. Manages connections, runs one exchange at a time per call, and enforces time-outs and
 * aborts. Uses the wire classes of Apache HttpComponents Core on the caller's virtual thread. May depend on dispatch, models, reload
 * and tls; no other package uses the HTTP library.
 */
@NullMarked
package io.backfill.dispatch.http;

import org.jspecify.annotations.NullMarked;
