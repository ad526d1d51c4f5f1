package io.backfill.replicas;

import java.net.URI;

/**
 * State of a replica as shown to operators.
 *
 * @param limit calls that it may have open now; 0 during a pause that it requested
 * @param well whether it is healthy
 * @param refusing number of kinds of lines that it is known not to serve
 */
public record ReplicaView(String model, URI address, int limit, int open, boolean well, int refusing) {}
