package io.backfill.endpoints;

import java.net.URI;

/**
 * An endpoint as operators see it.
 *
 * @param limit calls it may have now; 0 while it asked for a pause
 * @param well its circuit is closed
 */
public record EndpointView(String model, URI endpoint, int limit, int open, boolean well) {}
