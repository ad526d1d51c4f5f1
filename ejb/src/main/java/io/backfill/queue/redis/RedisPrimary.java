package io.backfill.queue.redis;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Determines the server that currently accepts writes: the one of the address, the one the sentinels name, or the node of a
 * cluster that has the keys, which all lie in one slot. Queried for each new connection, so that no thread has to watch for a
 * failover. Thread-safe.
 */
final class RedisPrimary {
    private final RedisAddress address;
    /** Index of the server to query; incremented after a failure. */
    private final AtomicInteger next = new AtomicInteger();

    private volatile Optional<HostAndPort> moved = Optional.empty();

    RedisPrimary(RedisAddress address) {
        this.address = address;
    }

    /**
     * Returns the server to connect to. Querying all sentinels takes at most two time-outs each.
     *
     * @throws JedisConnectionException when no sentinel knows the server
     */
    HostAndPort find() {
        return switch (address.kind()) {
            case SERVER -> address.servers().getFirst();
            case CLUSTER -> moved.orElseGet(() -> server(next.get()));
            case SENTINEL -> askSentinels();
        };
    }

    /** Called when a node of the cluster reports that another one has the keys. */
    void movedTo(HostAndPort node) {
        moved = Optional.of(node);
    }

    /** Called when the server found does not respond or does not accept writes. */
    void lost() {
        moved = Optional.empty();
        next.incrementAndGet();
    }

    private HostAndPort server(int number) {
        List<HostAndPort> servers = address.servers();
        return servers.get(Math.floorMod(number, servers.size()));
    }

    private HostAndPort askSentinels() {
        JedisConnectionException nowhere =
                new JedisConnectionException("no sentinel knows the master '" + address.master() + "'");
        for (int i = 0; i < address.servers().size(); i++) {
            int asked = next.get();
            try {
                Optional<HostAndPort> master = ask(server(asked));
                if (master.isPresent()) {
                    return master.get();
                }
            } catch (JedisException e) {
                nowhere.addSuppressed(e);
            }
            next.compareAndSet(asked, asked + 1);
        }
        throw nowhere;
    }

    private Optional<HostAndPort> ask(HostAndPort sentinel) {
        try {
            return ask(sentinel, true);
        } catch (JedisDataException noPasswordWanted) {
            return ask(sentinel, false);
        }
    }

    private Optional<HostAndPort> ask(HostAndPort sentinel, boolean withPassword) {
        try (Jedis connection = new Jedis(sentinel, address.sentinelConfig(withPassword))) {
            List<String> master = connection.sentinelGetMasterAddrByName(address.master());
            return master == null || master.size() < 2
                    ? Optional.empty()
                    : Optional.of(new HostAndPort(master.get(0), Integer.parseInt(master.get(1))));
        }
    }
}
