package io.backfill.replicas;

import java.net.URI;

/**
 * A replica as operators see it.
 *
 * @param limit calls it may have now; 0 while it asked for a pause
 * @param well it is healthy
 * @param refusing kinds of lines that it is known not to serve
 */
public record ReplicaView(String model, URI address, int limit, int open, boolean well, int refusing) {}
