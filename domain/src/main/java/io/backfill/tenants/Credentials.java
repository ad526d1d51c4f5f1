package io.backfill.tenants;

import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request shows of its sender.
 *
 * @param peer the address at the other end of the connection (never taken from a header)
 * @param header looks a request header up by name, ignoring case; empty when absent
 */
public record Credentials(InetAddress peer, Function<String, Optional<String>> header) {}
