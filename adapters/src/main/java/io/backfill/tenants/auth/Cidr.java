package io.backfill.tenants.auth;

import java.net.InetAddress;
import java.util.Arrays;

/** A range of IPv4 or IPv6 addresses, such as {@code 10.0.0.0/8} or {@code fd00::/8}, or a single address. */
public record Cidr(InetAddress network, int prefixBits) {
    public Cidr {
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixBits < 0 || prefixBits > bits) {
            throw new IllegalArgumentException(
                    "the prefix of an address of " + bits + " bits must be 0 to " + bits + ", not " + prefixBits);
        }
    }

    /**
     * Parses a range. Host names are rejected, because their addresses may change.
     *
     * @throws IllegalArgumentException if {@code text} is not a range
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        try {
            InetAddress network = InetAddress.ofLiteral(address);
            int bits = network.getAddress().length * Byte.SIZE;
            return new Cidr(network, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an address range such as 10.0.0.0/8, fd00::/8 or 192.0.2.7", e);
        }
    }

    /** Returns true if {@code address} is in the range. Always false for an address of the other IP version. */
    public boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        int whole = prefixBits / Byte.SIZE;
        if (!Arrays.equals(ours, 0, whole, theirs, 0, whole)) {
            return false;
        }
        int rest = prefixBits % Byte.SIZE;
        return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xff) >> (Byte.SIZE - rest) == 0;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixBits;
    }
}
