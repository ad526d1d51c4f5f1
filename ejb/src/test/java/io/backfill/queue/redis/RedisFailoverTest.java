package io.backfill.queue.redis;

import static io.backfill.batches.SampleBatches.ADA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.batches.Batch;
import io.backfill.batches.SampleBatches;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.Wakeup;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import io.backfill.testing.TcpLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Another server takes over while the node is connected to the first one. */
class RedisFailoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Batch batch = SampleBatches.batch(ADA, SeededIds.batch(1), "1h");

    private static RedisNode node(String url) {
        return new RedisNode(
                RedisAddress.parse(url, Optional.empty()), new MemoryBatchQueue(), (after, limit) -> List.of());
    }

    private static boolean holdsTheQueue(RedisServer server) {
        return server.command("ZCARD", "backfill:{queue}:waiting").equals(":1");
    }

    /**
     * Offers the batch until it has reached the server. An offer while no server accepts writes is lost; the fallback covers that
     * case.
     */
    private void offerUntilItIsAt(RedisServer server, RedisNode node) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            node.queue.offer(batch);
            return holdsTheQueue(server);
        });
    }

    @Test
    void aDemotedServerShouldBeLeftForTheOneThatHasItsAddressNow() {
        try (RedisServer first = new RedisServer();
                RedisServer second = new RedisServer();
                TcpLink link = TcpLink.to(first.port());
                RedisNode node = node("redis://127.0.0.1:" + link.port())) {
            node.listening();
            node.queue.offer(batch);
            assertThat(holdsTheQueue(first)).isTrue();

            link.leadTo(second.port());
            // makes it the replica of a server that does not exist, so that it accepts no writes
            assertThat(first.command("REPLICAOF", "127.0.0.1", "1")).isEqualTo("+OK");

            offerUntilItIsAt(second, node);
            node.heard.clear();
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> second.command("PUBLISH", "backfill:wakeups:0", "work")
                            .equals(":1"));
            await().atMost(PATIENCE).until(() -> node.heard.contains(new Wakeup.Work()));
        }
    }

    @Test
    void sentinelsShouldSayWhichServerTookOver() {
        try (RedisServer first = new RedisServer();
                RedisServer second = new RedisServer("--replicaof", "127.0.0.1 " + first.port());
                RedisServer sentinel = RedisServer.sentinel("cache", first);
                RedisNode node = node("redis-sentinel://127.0.0.1:1,127.0.0.1:" + sentinel.port() + "/cache")) {
            offerUntilItIsAt(first, node);
            node.listening();

            // rejected until the sentinel has found the replica
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() ->
                            sentinel.command("SENTINEL", "FAILOVER", "cache").equals("+OK"));
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> second.command("SET", "master", "1").equals("+OK"));
            second.command("FLUSHALL");

            offerUntilItIsAt(second, node);
        }
    }

    @Test
    void aClusterShouldBeAskedWhereItKeepsOurKeys() throws IOException {
        try (RedisServer first = clusterNode();
                RedisServer second = clusterNode()) {
            assertThat(first.command("CLUSTER", "ADDSLOTSRANGE", "0", "8191")).isEqualTo("+OK");
            assertThat(second.command("CLUSTER", "ADDSLOTSRANGE", "8192", "16383"))
                    .isEqualTo("+OK");
            first.command("CLUSTER", "MEET", "127.0.0.1", String.valueOf(second.port()), busOf(second));
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isWhole(first) && isWhole(second));
            boolean atFirst = first.command("ZCARD", "backfill:{queue}:waiting").equals(":0");
            RedisServer home = atFirst ? first : second;
            RedisServer other = atFirst ? second : first;
            try (RedisNode node = node("redis-cluster://127.0.0.1:" + other.port())) {
                node.queue.offer(batch);

                assertThat(holdsTheQueue(home)).isTrue();
                node.listening();
                assertThat(home.command("PUBLISH", "backfill:wakeups:0", "work"))
                        .startsWith(":");
                await().atMost(PATIENCE).until(() -> node.heard.contains(new Wakeup.Work()));
            }
        }
    }

    private static RedisServer clusterNode() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int bus = free.getLocalPort();
            free.close();
            return new RedisServer("--cluster-enabled", "yes", "--cluster-port", String.valueOf(bus));
        }
    }

    private static String busOf(RedisServer server) {
        return server.option("--cluster-port");
    }

    /** Returns whether keys of both halves of the cluster can be read. */
    private static boolean isWhole(RedisServer server) {
        return List.of("a", "b", "c", "d").stream()
                .map(key -> server.command("GET", key))
                .noneMatch(answer -> answer.startsWith("-CLUSTERDOWN"));
    }
}
