package io.backfill.queue.redis;

import static io.backfill.queue.redis.RedisLog.LOG;

import io.backfill.ids.BatchId;
import io.backfill.queue.BatchEvents;
import io.backfill.queue.LocalBatchEvents;
import io.backfill.queue.Wakeup;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Wake-ups by Redis's publish and subscribe. Listeners on this node are notified directly, even while the server is
 * unavailable, and a second time through the server, which costs one extra poll. Other nodes are notified on a connection
 * reserved for it. After that connection was re-established, this node checks for work once, because it may have missed
 * wake-ups.
 */
public final class RedisBatchEvents implements BatchEvents, AutoCloseable {
    /** The interval at which {@link #pingOnce()} must be called. */
    public static final Duration PING_EVERY = Duration.ofSeconds(3);

    private static final String WORK = "work";
    private static final String CANCEL = "cancel ";
    /** Longer than two intervals without an answer to a ping. */
    private static final Duration SILENCE = Duration.ofSeconds(8);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final GuardedRedis redis;
    private final String channel;
    private final LocalBatchEvents local;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private volatile @Nullable Ear ear;
    private volatile boolean closed;
    // confined to the listening thread, as are the two fields below
    private Duration pause = FIRST_PAUSE;
    private long notBefore;
    private boolean complained;

    /**
     * @param prefix prefix of the channel; the number of the database is appended, because Redis channels are shared by all
     *     databases
     * @param executor sends published wake-ups, so that no caller waits for the server
     */
    public RedisBatchEvents(
            GuardedRedis redis, String prefix, LocalBatchEvents local, Executor executor, LongSupplier nanoTime) {
        this.redis = redis;
        this.channel = prefix + ":wakeups:" + redis.address().database();
        this.local = local;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.notBefore = nanoTime.getAsLong();
    }

    @Override
    public void publish(Wakeup wakeup) {
        local.publish(wakeup);
        try {
            executor.execute(() -> redis.ask(connection -> {
                connection.sendCommand(Protocol.Command.PUBLISH, channel, payload(wakeup));
                return connection.getOne();
            }));
        } catch (RejectedExecutionException shuttingDown) {
            // a lost wake-up is allowed
        }
    }

    @Override
    public void subscribe(Consumer<Wakeup> listener) {
        local.subscribe(listener);
    }

    /** Whether wake-ups of other nodes are currently received. */
    public boolean isListening() {
        Ear current = ear;
        return current != null && current.isSubscribed();
    }

    /**
     * One pass: listens until the connection breaks, or returns at once if it is too early to reconnect. Depends on {@link
     * #pingOnce()}, without which a quiet connection counts as broken. Not thread-safe.
     */
    public void listenOnce() {
        if (closed || nanoTime.getAsLong() - notBefore < 0) {
            return;
        }
        String why = "the connection was closed";
        try (Connection connection = redis.connect(SILENCE)) {
            Ear listening = new Ear(connection);
            ear = listening;
            if (!closed) {
                listening.proceed(connection, channel);
            }
        } catch (JedisException | ClassCastException e) {
            why = String.valueOf(e.getMessage());
        } finally {
            ear = null;
        }
        if (!closed) {
            if (!complained) {
                complained = true;
                LOG.notListening(redis.address(), why);
            }
            notBefore = nanoTime.getAsLong() + pause.toNanos();
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Keeps the connection alive. To be called by another thread than {@link #listenOnce()}. */
    public void pingOnce() {
        Ear current = ear;
        if (current != null && current.moves != redis.moves()) {
            // a server that was demoted answers pings but may not receive any more messages
            current.stop();
        } else if (current != null && current.isSubscribed()) {
            try {
                current.ping();
            } catch (JedisException broken) {
                // the listening thread detects it
            }
        }
    }

    /** Stops listening; published wake-ups still reach the listeners on this node. */
    @Override
    public void close() {
        closed = true;
        Ear current = ear;
        if (current != null) {
            current.stop();
        }
    }

    private static String payload(Wakeup wakeup) {
        return switch (wakeup) {
            case Wakeup.Work _ -> WORK;
            case Wakeup.Order order -> CANCEL + order.batch().value();
        };
    }

    /** Returns empty for an unknown message, which a newer node may send. */
    private static Optional<Wakeup> wakeup(String payload) {
        if (payload.equals(WORK)) {
            return Optional.of(new Wakeup.Work());
        }
        return payload.startsWith(CANCEL)
                ? BatchId.parse(payload.substring(CANCEL.length())).map(Wakeup.Order::new)
                : Optional.empty();
    }

    private final class Ear extends JedisPubSub {
        private final Connection connection;
        private final long moves = redis.moves();

        Ear(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void onSubscribe(String heard, int channels) {
            pause = FIRST_PAUSE;
            complained = false;
            local.publish(new Wakeup.Work());
        }

        @Override
        public void onMessage(String from, String message) {
            wakeup(message).ifPresent(local::publish);
        }

        void stop() {
            try {
                connection.forceDisconnect();
            } catch (IOException | JedisException e) {
                // the connection is already broken
            }
        }
    }
}
