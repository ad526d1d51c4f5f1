package io.backfill.tenants.auth;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Protects a gateway without keys on a loopback address from web pages in a local browser. Any page can send requests to
 * {@code localhost}, and read the answers if its name resolves to a loopback address (DNS rebinding). Therefore the {@code Host} must
 * be a loopback address, {@code localhost} or a configured name, and an {@code Origin} must be that of the gateway itself or a
 * configured name.
 *
 * @param active true if the gateway requires no keys and listens on a loopback address
 * @param hosts {@code backfill.http.hosts}: additional names, in lower case
 */
public record BrowserGuard(boolean active, List<String> hosts) {
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-f:.]+]|[^:/\\[\\]]+)(:[0-9]{1,5})?");

    public BrowserGuard {
        hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    }

    /**
     * Decides whether a request is rejected.
     *
     * @param at the local address of the connection
     * @return the reason for the rejection, or empty if the request is accepted
     */
    public Optional<String> refusal(InetAddress at, Optional<String> host, Optional<String> origin) {
        if (!active || !at.isLoopbackAddress()) {
            return Optional.empty();
        }
        Optional<String> authority = host.map(value -> value.toLowerCase(Locale.ROOT));
        if (authority.isPresent() && !isOurs(authority.get())) {
            return Optional.of("This gateway does not accept requests for host '" + host.get()
                    + "'. Use localhost, or add the host to backfill.http.hosts.");
        }
        Optional<String> page =
                origin.map(value -> value.toLowerCase(Locale.ROOT).replaceFirst("^https?://", ""));
        if (page.isPresent() && !page.equals(authority) && !hosts.contains(name(page.get()))) {
            return Optional.of("This gateway does not accept requests from pages of '" + origin.get()
                    + "'. Add their host to backfill.http.hosts to allow them.");
        }
        return Optional.empty();
    }

    private boolean isOurs(String authority) {
        String name = name(authority);
        return name.equals("localhost") || hosts.contains(name) || isLoopbackLiteral(name);
    }

    private static boolean isLoopbackLiteral(String name) {
        try {
            return InetAddress.ofLiteral(name).isLoopbackAddress();
        } catch (IllegalArgumentException aName) {
            return false;
        }
    }

    /** Returns the host of an authority, an IPv6 address without its brackets, or an empty string if it is not a valid authority. */
    private static String name(String authority) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            return "";
        }
        String name = matcher.group(1);
        return name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
    }
}
