package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiDeletionTest {
    private static final String JOBS =
            "/apis/batch/v1/namespaces/jobs/jobs?labelSelector=backfill.io/gateway-instance=a";
    private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/batch/deployments/backfill-processor";

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer server;
    private ApiDeletion deletion;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        URI api = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        deletion = new ApiDeletion(http, api, "secret", Duration.ofMillis(1));
    }

    @AfterEach
    void stop() {
        http.close();
        server.stop(0);
    }

    @Test
    void shouldWaitUntilACollectionIsEmpty() throws Exception {
        answers.addAll(List.of("200 {\"items\":[{}]}", "200 {\"items\":[{}]}", "200 {\"items\":[]}"));

        deletion.delete(JOBS);

        assertThat(requests)
                .containsExactly(
                        "DELETE " + JOBS + "&propagationPolicy=Foreground Bearer secret",
                        "GET " + JOBS + "&limit=1 Bearer secret",
                        "GET " + JOBS + "&limit=1 Bearer secret");
    }

    @Test
    void shouldWaitUntilAnObjectIsGone() throws Exception {
        answers.addAll(List.of("202 {}", "200 {}", "404 {}"));

        deletion.delete(DEPLOYMENT);

        assertThat(requests).hasSize(3).first().asString().contains(DEPLOYMENT + "?propagationPolicy=Foreground ");
    }

    @Test
    void shouldTakeWhatIsAbsentForDeleted() throws Exception {
        answers.add("404 {}");

        deletion.delete(DEPLOYMENT);

        assertThat(requests).hasSize(1);
    }

    @Test
    void shouldFailWithTheReasonOfARefusal() {
        answers.add("403 not yours");

        assertThatThrownBy(() -> deletion.delete(JOBS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("403 not yours");
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        String[] answer = answers.remove().split(" ", 2);
        byte[] body = answer[1].getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(Integer.parseInt(answer[0]), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
