package io.backfill.dispatch.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.backfill.dispatch.AbortSignal;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.Protection;
import io.backfill.models.RetryPolicy;
import io.backfill.replicas.FleetRegistry;
import io.backfill.replicas.ReplicaView;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestRequests;
import io.backfill.tls.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineMetricsPollerTest {
    private final SettableTime time = SettableTime.standing();
    private final FleetRegistry fleets = new FleetRegistry(time);
    private final AtomicInteger changes = new AtomicInteger();
    private final EngineMetricsPoller poller =
            new EngineMetricsPoller(fleets, Thread::startVirtualThread, changes::incrementAndGet, time);
    private final AtomicReference<String> text = new AtomicReference<>("");
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<@Nullable String> key = new AtomicReference<>();
    private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
    private HttpServer engine;
    private Model model;

    @BeforeEach
    void start() throws IOException {
        engine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serveMetrics(engine);
        model = named("m", Optional.empty());
    }

    private void serveMetrics(HttpServer server) {
        server.createContext("/metrics", exchange -> {
            asked.incrementAndGet();
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            if (key.get() != null && !("Bearer " + key.get()).equals(authorization)) {
                exchange.sendResponseHeaders(401, -1);
                exchange.close();
                return;
            }
            connections.add(exchange.getRemoteAddress());
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    private Model named(String name, Optional<Path> keyFile) {
        URI address = URI.create("http://127.0.0.1:" + engine.getAddress().getPort());
        return named(name, address, keyFile, Optional.empty(), ModelTuning.DEFAULT);
    }

    private static Model named(
            String name, URI address, Optional<Path> keyFile, Optional<Model.Tls> tls, ModelTuning tuning) {
        return new Model(
                name,
                List.of(address),
                64,
                Duration.ofSeconds(30),
                RetryPolicy.DEFAULT,
                keyFile,
                false,
                Map.of(),
                tls,
                tuning);
    }

    @AfterEach
    void stop() {
        engine.stop(0);
    }

    @Test
    void anEngineWithRequestsWaitingShouldGetFewerCalls() {
        text.set("""
                # TYPE vllm:num_requests_running gauge
                vllm:num_requests_running{model_name="m"} 60.0
                vllm:num_requests_waiting{model_name="m"} 3.0
                vllm:kv_cache_usage_perc{model_name="m"} 0.4
                """);
        poller.pollOnce();
        assertThat(asked).as("nobody calls the model").hasValue(0);

        assertThat(fleets.tryTake(TestRequests.to(model, new AbortSignal(time))))
                .isPresent();
        poller.pollOnce();

        await().until(() -> changes.get() == 1);
        assertThat(fleets.views().getFirst().limit()).isEqualTo(32);
    }

    /** LoRA names and aliases of one engine: the engine is polled once, and the result protects all of them. */
    @Test
    void allModelsOfAnEngineShouldHearOfOneAnswer() {
        text.set(busy(3));
        for (String name : List.of("base", "lora-1", "lora-2")) {
            assertThat(fleets.tryTake(TestRequests.to(named(name, Optional.empty()), new AbortSignal(time))))
                    .isPresent();
        }

        poller.pollOnce();
        await().until(() -> changes.get() == 1);

        assertThat(fleets.views()).extracting(ReplicaView::limit).containsExactly(32, 32, 32);
        assertThat(asked).hasValue(1);
    }

    /** Calls of other models at the same engine count as this node's own, not as those of other clients. */
    @Test
    void callsOfOtherModelsShouldNotCountAsThoseOfOthers() {
        text.set(busy(0));
        Model other = protectedBy("m", Optional.empty());
        Model target = protectedBy("target", Optional.of(new Protection(true, 1, OptionalInt.of(70), 0.8)));
        for (int i = 0; i < 59; i++) {
            assertThat(fleets.tryTake(TestRequests.to(other, new AbortSignal(time))))
                    .isPresent();
        }
        assertThat(fleets.tryTake(TestRequests.to(target, new AbortSignal(time))))
                .isPresent();

        poller.pollOnce();
        await().until(() -> changes.get() == 1);

        assertThat(fleets.views())
                .filteredOn(view -> view.model().equals("target"))
                .extracting(ReplicaView::limit)
                .containsExactly(64);
    }

    private Model protectedBy(String name, Optional<Protection> protection) {
        ModelTuning d = ModelTuning.DEFAULT;
        ModelTuning tuning = new ModelTuning(d.placement(), protection, d.router(), OptionalInt.empty(), d.tokens());
        return named(name, model.replicas().getFirst(), Optional.empty(), Optional.empty(), tuning);
    }

    @Test
    void metricsBehindTheModelsKeyShouldBeRead(@TempDir Path folder) throws IOException {
        key.set("secret");
        text.set(busy(1));
        Path keyFile = Files.writeString(folder.resolve("key"), "secret\n");
        for (Model each : List.of(named("without", Optional.empty()), named("with", Optional.of(keyFile)))) {
            assertThat(fleets.tryTake(TestRequests.to(each, new AbortSignal(time))))
                    .isPresent();
        }

        poller.pollOnce();
        await().until(() -> changes.get() == 1);

        assertThat(fleets.views()).extracting(ReplicaView::limit).containsExactly(32, 32);
    }

    @Test
    void connectionsShouldBeKept() {
        text.set(busy(0));
        poll(model, 5);

        assertThat(connections).hasSize(1);
    }

    /** A new TLS handshake for each poll cost more than the poll itself. */
    @Test
    void tlsConnectionsShouldBeKept(@TempDir Path folder) throws Exception {
        text.set(busy(0));
        TestCertificates certificates = new TestCertificates(folder, "ip:127.0.0.1");
        HttpsServer secured = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secured.setHttpsConfigurator(new HttpsConfigurator(certificates.serverContext()));
        try {
            serveMetrics(secured);
            URI address = URI.create("https://127.0.0.1:" + secured.getAddress().getPort());
            Model.Tls trust = Model.Tls.trusting(Optional.of(certificates.file("ca.pem")));
            poll(named("m", address, Optional.empty(), Optional.of(trust), ModelTuning.DEFAULT), 5);
        } finally {
            secured.stop(0);
        }

        assertThat(connections).hasSize(1);
    }

    private void poll(Model polled, int times) {
        assertThat(fleets.tryTake(TestRequests.to(polled, new AbortSignal(time))))
                .isPresent();
        for (int poll = 1; poll <= times; poll++) {
            int polls = poll;
            await().until(() -> {
                poller.pollOnce();
                return changes.get() >= polls;
            });
        }
    }

    private static String busy(int waiting) {
        return "vllm:num_requests_running{model_name=\"m\"} 60.0\nvllm:num_requests_waiting{model_name=\"m\"} "
                + waiting + ".0\nvllm:kv_cache_usage_perc{model_name=\"m\"} 0.4\n";
    }

    @Test
    void aReplicaWithoutMetricsShouldBeAskedOnceAMinute() {
        assertThat(fleets.tryTake(TestRequests.to(model, new AbortSignal(time))))
                .isPresent();
        await().until(() -> {
            poller.pollOnce();
            return asked.get() == 1;
        });
        await().during(Duration.ofMillis(200)).until(() -> {
            poller.pollOnce();
            return asked.get() == 1;
        });

        time.advance(Duration.ofSeconds(61));
        await().until(() -> {
            poller.pollOnce();
            return asked.get() == 2;
        });
        assertThat(fleets.views().getFirst().limit()).isEqualTo(64);
    }
}
