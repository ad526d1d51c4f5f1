/**
 * Gateways for tests. {@link io.backfill.it.server.GatewayProcess} is a whole server as a child process that can be killed and
 * restarted. Tests that only need a running server share the one that Arquillian starts.
 */
package io.backfill.it.server;
