package io.backfill.tenants;

import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;

/**
 * The credentials of a request.
 *
 * @param peer remote address of the connection; never taken from a header
 * @param header looks up a request header by name, ignoring case; empty if absent
 */
public record Credentials(InetAddress peer, Function<String, Optional<String>> header) {}
