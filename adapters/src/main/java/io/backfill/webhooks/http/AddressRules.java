package io.backfill.webhooks.http;

import io.backfill.tenants.auth.Cidr;
import io.backfill.webhooks.WebhookUrl;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses that webhooks may be sent to: public unicast addresses, and the networks that the operator allows. Without this rule a
 * tenant could let the gateway send requests inside the operator's network.
 */
public final class AddressRules {
    /** IPv4 networks that are not public: the special-purpose registry of IANA, multicast, and Azure's metadata address. */
    private static final List<Cidr> PRIVATE_V4 = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** The only public IPv6 network; outside of it are loopback, link-local, unique local, multicast, and translations of IPv4. */
    private static final List<Cidr> PUBLIC_V6 = networks("2000::/3");

    /** Networks within it that are not public, or carry an IPv4 address that would escape the rule: Teredo and 6to4. */
    private static final List<Cidr> PRIVATE_V6 = networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private final List<Cidr> allowed;

    /** @param allowed networks that may be called although they are not public, and with http */
    public AddressRules(List<Cidr> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    private static List<Cidr> networks(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }

    /** Returns whether an address may be called. */
    public boolean permits(InetAddress address, boolean secure) {
        return contains(allowed, address) || secure && isPublic(address);
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address
                ? !contains(PRIVATE_V4, address)
                : contains(PUBLIC_V6, address) && !contains(PRIVATE_V6, address);
    }

    private static boolean contains(List<Cidr> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /**
     * Checks what is known of a URL without a look-up of its host.
     *
     * @throws IllegalArgumentException if it can never be called; the message says why
     */
    public WebhookUrl check(String text) {
        WebhookUrl url = WebhookUrl.parse(text);
        if (!url.secure() && allowed.isEmpty()) {
            throw new IllegalArgumentException("it must begin with https://");
        }
        InetAddress literal;
        try {
            literal = InetAddress.ofLiteral(url.host());
        } catch (IllegalArgumentException aName) {
            return url;
        }
        if (!permits(literal, url.secure())) {
            throw new IllegalArgumentException("webhooks may not be sent to this address");
        }
        return url;
    }
}
