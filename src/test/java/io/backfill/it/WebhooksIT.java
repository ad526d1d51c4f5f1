package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Api;
import io.backfill.it.support.Batches;
import io.backfill.it.support.InputLines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server is killed while batches end, and the receiver fails every third call. */
@Tag("slow")
class WebhooksIT {
    private static final int BATCHES = 40;
    private static final String MISSING = "file-00000000000000000000000000000000";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Accepted events: the batch by {@code webhook-id}. */
    private final Map<String, String> received = new ConcurrentHashMap<>();

    private final Set<String> wrong = ConcurrentHashMap.newKeySet();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile String secret = "";

    @Test
    void everyEndShouldArriveSignedAlthoughTheServerIsKilled(@TempDir Path folder) throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/hooks", this::receive);
        receiver.start();
        try (GatewayProcess gateway = GatewayProcess.in(folder)
                        .with("BACKFILL_WEBHOOKS_ALLOW", "127.0.0.0/8")
                        .start();
                Api api = Api.of(gateway.baseUrl())) {
            JsonNode endpoint = api.postJson(
                            "/v1/webhook_endpoints",
                            "{\"name\":\"it\",\"url\":\"http://127.0.0.1:"
                                    + receiver.getAddress().getPort()
                                    + "/hooks\",\"event_types\":[\"batch.failed\"]}")
                    .expect(200)
                    .json();
            secret = endpoint.path("signing_secret").asText();
            Set<String> created = new HashSet<>();
            for (int n = 0; n < BATCHES; n++) {
                created.add(create(api));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> received.size() > BATCHES / 4);
            gateway.kill9();
            gateway.restart();

            await().atMost(Duration.ofSeconds(90)).until(() -> new HashSet<>(received.values()).containsAll(created));

            assertThat(wrong).isEmpty();
            assertThat(received).as("an event keeps its webhook-id").hasSize(BATCHES);
            String deliveries = "/v1/webhook_endpoints/" + endpoint.path("id").asText() + "/deliveries?limit=100";
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> delivered(api.get(deliveries).expect(200).json()) == BATCHES);
        } finally {
            receiver.stop(0);
        }
    }

    private static String create(Api api) {
        return api.postJson("/v1/batches", Batches.createBody(MISSING, InputLines.CHAT, "24h"))
                .expect(200)
                .json()
                .path("id")
                .asText();
    }

    private static int delivered(JsonNode page) {
        int count = 0;
        for (JsonNode delivery : page.path("data")) {
            count += delivery.path("status").asText().equals("delivered") ? 1 : 0;
        }
        return count;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            boolean failing = calls.incrementAndGet() % 3 == 0;
            if (!signature(exchange, id, body)
                    .equals(exchange.getRequestHeaders().getFirst("webhook-signature"))) {
                wrong.add(new String(body, StandardCharsets.UTF_8));
            }
            if (!failing) {
                received.put(id, JSON.readTree(body).at("/data/id").asText());
            }
            exchange.sendResponseHeaders(failing ? 500 : 204, -1);
        }
    }

    /** Computes the signature as a receiver does. */
    private String signature(HttpExchange exchange, String id, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
