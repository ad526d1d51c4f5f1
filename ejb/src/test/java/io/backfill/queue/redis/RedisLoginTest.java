package io.backfill.queue.redis;

import static io.backfill.batches.SampleBatches.ADA;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.SampleBatches;
import io.backfill.memory.MemoryBatchQueue;
import io.backfill.queue.BatchQueue.Candidate;
import io.backfill.queue.Wakeup;
import io.backfill.testing.RedisServer;
import io.backfill.testing.SeededIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests servers that require a password, and servers that use TLS. */
class RedisLoginTest {
    private static final String PASSWORD = "changeit";

    private final MemoryBatchQueue fallback = new MemoryBatchQueue();
    private final Batch batch = SampleBatches.batch(ADA, SeededIds.batch(1), "1h");

    private RedisNode node(String url, Optional<Path> caFile) {
        return new RedisNode(RedisAddress.parse(url, caFile), fallback, (after, limit) -> List.of());
    }

    /** Offers the batch and removes it from the fallback, so that only Redis can return it. */
    private List<Candidate> nextOf(RedisNode node) {
        node.queue.offer(batch);
        fallback.remove(batch.id());
        return node.queue.next(10);
    }

    @Test
    void theUsersPasswordAndDatabaseShouldBeUsed() {
        try (RedisServer server = new RedisServer("--requirepass", "geheim:@ 1");
                RedisNode node = node("redis://:geheim%3A%40%201@127.0.0.1:" + server.port() + "/5", Optional.empty());
                RedisNode named =
                        node("redis://default:geheim%3A%40%201@127.0.0.1:" + server.port() + "/5", Optional.empty())) {
            assertThat(nextOf(node)).extracting(Candidate::id).containsExactly(batch.id());
            assertThat(named.queue.next(10)).extracting(Candidate::id).containsExactly(batch.id());
            node.listening();
            named.events.publish(new Wakeup.Order(batch.id()));
            Awaitility.await().until(() -> node.heard.contains(new Wakeup.Order(batch.id())));
        }
    }

    @Test
    void aWrongPasswordShouldMeanTheFallback() {
        try (RedisServer server = new RedisServer("--requirepass", "geheim");
                RedisNode node = node("redis://:falsch@127.0.0.1:" + server.port(), Optional.empty())) {
            node.queue.offer(batch);

            assertThat(node.queue.next(10)).extracting(Candidate::id).containsExactly(batch.id());
            fallback.remove(batch.id());
            assertThat(node.queue.next(10)).isEmpty();
        }
    }

    @Test
    void tlsShouldTrustTheGivenCaAndNobodyElse(@TempDir Path folder) throws Exception {
        certificate(folder);
        try (RedisServer server = tlsServer(folder);
                RedisNode trusting =
                        node("rediss://127.0.0.1:" + server.port(), Optional.of(folder.resolve("server.pem")));
                RedisNode otherName =
                        node("rediss://localhost:" + server.port(), Optional.of(folder.resolve("server.pem")));
                RedisNode platform = node("rediss://127.0.0.1:" + server.port(), Optional.empty())) {
            assertThat(nextOf(trusting)).extracting(Candidate::id).containsExactly(batch.id());
            trusting.listening();

            assertThat(nextOf(otherName)).isEmpty();
            assertThat(otherName.redis.isAway()).isTrue();
            assertThat(nextOf(platform)).isEmpty();
            assertThat(platform.redis.isAway()).isTrue();
        }
    }

    @Test
    void aRenewedCaFileShouldBeReadForNewConnections(@TempDir Path folder) throws Exception {
        certificate(folder);
        Path other = Files.createDirectory(folder.resolve("other"));
        certificate(other);
        Path caFile = Files.copy(other.resolve("server.pem"), folder.resolve("ca.pem"));
        try (RedisServer server = tlsServer(folder);
                RedisNode node = node("rediss://127.0.0.1:" + server.port(), Optional.of(caFile))) {
            assertThat(nextOf(node)).isEmpty();
            assertThat(node.redis.isAway()).isTrue();

            Files.copy(folder.resolve("server.pem"), caFile, StandardCopyOption.REPLACE_EXISTING);

            Awaitility.await().untilAsserted(() -> {
                // a request after the pause sends the ping that finds the server
                node.queue.next(10);
                assertThat(node.redis.isAway()).isFalse();
            });
        }
    }

    private static RedisServer tlsServer(Path folder) {
        return new RedisServer(
                "--tls-port",
                "0",
                "--tls-cert-file",
                folder.resolve("server.pem").toString(),
                "--tls-key-file",
                folder.resolve("server.key").toString(),
                "--tls-ca-cert-file",
                folder.resolve("server.pem").toString(),
                "--tls-auth-clients",
                "no");
    }

    /** Creates a certificate for 127.0.0.1 with the JDK's keytool. */
    private static void certificate(Path folder) throws Exception {
        Path store = folder.resolve("server.p12");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-dname",
                        "CN=server",
                        "-keyalg",
                        "EC",
                        "-validity",
                        "3650",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-storetype",
                        "PKCS12")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(
                folder.resolve("server.pem"),
                "CERTIFICATE",
                keys.getCertificate("server").getEncoded());
        pem(
                folder.resolve("server.key"),
                "PRIVATE KEY",
                keys.getKey("server", PASSWORD.toCharArray()).getEncoded());
    }

    private static void pem(Path file, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        Files.writeString(file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}
