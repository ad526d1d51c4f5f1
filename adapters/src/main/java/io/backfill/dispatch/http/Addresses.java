package io.backfill.dispatch.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Orders the addresses of a host for connecting. Every call starts with another address, so that connections spread over all addresses
 * of a name, such as those of a headless Service. Addresses that failed within the last {@link #LEFT_ALONE} come last. Thread-safe.
 */
final class Addresses {
    static final Duration LEFT_ALONE = Duration.ofSeconds(30);

    /** Looks up a name. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private final String host;
    private final Lookup lookup;
    private final LongSupplier nanoTime;
    /** The time of failure of each failed address; contains only addresses that the last look-up returned. */
    private final Map<InetAddress, Long> failed = new HashMap<>();

    private int next = ThreadLocalRandom.current().nextInt(1 << 16);

    Addresses(String host, Lookup lookup, LongSupplier nanoTime) {
        this.host = host;
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns all addresses, at least one. Blocks during the look-up.
     *
     * @throws IOException if the name is unknown
     */
    List<InetAddress> inOrder() throws IOException {
        InetAddress[] all = lookup.of(host);
        synchronized (this) {
            failed.keySet().retainAll(List.of(all));
            List<InetAddress> good = new ArrayList<>(all.length);
            List<InetAddress> bad = new ArrayList<>(0);
            int first = Math.floorMod(next++, all.length);
            for (int i = 0; i < all.length; i++) {
                InetAddress address = all[(first + i) % all.length];
                (hasFailed(address) ? bad : good).add(address);
            }
            good.addAll(bad);
            return good;
        }
    }

    synchronized void failed(InetAddress address) {
        failed.put(address, nanoTime.getAsLong());
    }

    synchronized void connected(InetAddress address) {
        failed.remove(address);
    }

    private boolean hasFailed(InetAddress address) {
        Long at = failed.get(address);
        return at != null && nanoTime.getAsLong() - at < LEFT_ALONE.toNanos();
    }
}
