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
 * The addresses of a host, in the order to try them: from any on, so that a name with many addresses, such as a headless Service, gets
 * connections at all of them; those that took no connection within the last {@link #LEFT_ALONE} come last. Thread-safe.
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
    /** Addresses that failed, and when; only ones that the last look-up gave. */
    private final Map<InetAddress, Long> failed = new HashMap<>();

    private int next = ThreadLocalRandom.current().nextInt(1 << 16);

    Addresses(String host, Lookup lookup, LongSupplier nanoTime) {
        this.host = host;
        this.lookup = lookup;
        this.nanoTime = nanoTime;
    }

    /**
     * All addresses, at least one. Blocks for the look-up.
     *
     * @throws IOException when the name is unknown
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
