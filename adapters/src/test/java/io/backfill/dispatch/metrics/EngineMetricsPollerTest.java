package io.backfill.dispatch.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.backfill.dispatch.AbortSignal;
import io.backfill.models.Model;
import io.backfill.models.ModelTuning;
import io.backfill.models.RetryPolicy;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.Fleets;
import io.backfill.testing.SettableTime;
import io.backfill.testing.TestRequests;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineMetricsPollerTest {
    private final SettableTime time = SettableTime.standing();
    private final Fleets fleets = new Fleets(time);
    private final AtomicInteger changes = new AtomicInteger();
    private final EngineMetricsPoller poller =
            new EngineMetricsPoller(fleets, Thread::startVirtualThread, changes::incrementAndGet, time);
    private final AtomicReference<String> text = new AtomicReference<>("");
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer engine;
    private Model model;

    @BeforeEach
    void start() throws IOException {
        engine = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        engine.createContext("/metrics", exchange -> {
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
            asked.incrementAndGet();
        });
        engine.start();
        model = new Model(
                "m",
                List.of(URI.create("http://127.0.0.1:" + engine.getAddress().getPort())),
                64,
                Duration.ofSeconds(30),
                RetryPolicy.DEFAULT,
                Optional.empty(),
                false,
                Map.of(),
                Optional.empty(),
                ModelTuning.DEFAULT);
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

    @Test
    void anEndpointWithoutMetricsShouldBeAskedOnceAMinute() {
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

    @Test
    void theNamesOfEveryEngineShouldBeKnown() throws IOException {
        assertThat(read("""
                sglang:num_running_reqs{a="b"} 5
                sglang:num_queue_reqs 2
                sglang:token_usage 0.25
                sglang:cache_config_info{page_size="64",num_pages="1000"} 1
                """)).contains(new EngineMetrics(5, 2, 0.25, OptionalInt.of(4000)));
        assertThat(read("""
                trtllm_num_requests_running 7
                trtllm_num_requests_waiting 0
                trtllm_kv_cache_utilization 0.5
                """)).contains(new EngineMetrics(7, 0, 0.5, OptionalInt.empty()));
        assertThat(read("""
                vllm:num_requests_running{engine="0",x="}"} 1.5e1 1700000000
                vllm:num_requests_running{engine="1"} 5
                vllm:num_requests_waiting{engine="0"} 1
                vllm:num_requests_waiting{engine="1"} 2
                vllm:gpu_cache_usage_perc{engine="0"} 0.2
                vllm:gpu_cache_usage_perc{engine="1"} 0.4
                vllm:cache_config_info{block_size="16",num_gpu_blocks="27000"} 1.0
                """).map(EngineMetrics::running)).contains(20);
        assertThat(read("go_goroutines 12\nvllm:num_requests_running NaNsense\n"))
                .isEmpty();
        assertThat(read("")).isEmpty();
    }

    private static Optional<EngineMetrics> read(String metrics) throws IOException {
        return EngineMetricsText.read(new BufferedReader(new StringReader(metrics)));
    }
}
