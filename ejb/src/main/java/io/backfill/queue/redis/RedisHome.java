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
 * Which server takes our writes now: the one of the address, what the sentinels name, or the node of a cluster that has our keys,
 * which all lie in one slot. Asked for each new connection, so that no thread has to watch for a fail-over. Thread-safe.
 */
final class RedisHome {
    private final RedisAddress address;
    /** Which of the servers to ask; the next one after a failure. */
    private final AtomicInteger next = new AtomicInteger();

    private volatile Optional<HostAndPort> moved = Optional.empty();

    RedisHome(RedisAddress address) {
        this.address = address;
    }

    /**
     * The server to connect to. Asking all sentinels takes two time-outs each at most.
     *
     * @throws JedisConnectionException when no sentinel knows it
     */
    HostAndPort find() {
        return switch (address.kind()) {
            case SERVER -> address.servers().getFirst();
            case CLUSTER -> moved.orElseGet(() -> server(next.get()));
            case SENTINEL -> askSentinels();
        };
    }

    /** A node of the cluster says that another one has our keys. */
    void movedTo(HostAndPort node) {
        moved = Optional.of(node);
    }

    /** What was found does not answer, or does not take writes. */
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
