/**
 * Sends a line to its model over HTTP/1.1: connections, one exchange, its time-out and its end from outside. Uses the wire
 * classes of Apache HttpComponents Core on the caller's virtual thread. May call dispatch, models, reload, tls; nothing else
 * knows the HTTP library.
 */
@NullMarked
package io.backfill.dispatch.http;

import org.jspecify.annotations.NullMarked;
