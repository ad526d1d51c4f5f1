/**
 * Sends webhooks over HTTP/1.1, one connection per attempt, and only to addresses that may be called. Uses the wire classes of Apache
 * HttpComponents Core, because the JDK's client cannot connect to a given address under another host name.
 * May call {@code tenants.auth} and {@code webhooks}.
 */
@NullMarked
package io.backfill.webhooks.http;

import org.jspecify.annotations.NullMarked;
