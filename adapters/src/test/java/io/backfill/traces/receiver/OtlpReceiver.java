package io.backfill.traces.receiver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that accepts traces as a collector does. */
public final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<ReceivedSpan> spans = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger deliveries = new AtomicInteger();
    private volatile int status = 200;

    private OtlpReceiver(HttpServer server) {
        this.server = server;
    }

    public static OtlpReceiver start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        OtlpReceiver receiver = new OtlpReceiver(server);
        server.createContext("/v1/traces", receiver::receive);
        server.setExecutor(receiver.threads);
        server.start();
        return receiver;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers with {@code answer} from now on. What arrives with another status than 200 is not kept. */
    public void answer(int answer) {
        status = answer;
    }

    /** Returns the number of deliveries so far, whatever they were answered. */
    public int deliveries() {
        return deliveries.get();
    }

    /** Returns what has arrived so far. */
    public List<ReceivedSpan> spans() {
        return List.copyOf(spans);
    }

    public List<ReceivedSpan> spans(String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }

    /** Returns the values of the header {@code Authorization} of the deliveries that had one. */
    public List<String> keys() {
        return List.copyOf(keys);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            int answer = status;
            if (answer == 200) {
                keys.addAll(exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
                for (ResourceSpans process : request.getResourceSpansList()) {
                    for (ScopeSpans scope : process.getScopeSpansList()) {
                        scope.getSpansList()
                                .forEach(span -> spans.add(
                                        ReceivedSpan.of(process.getResource().getAttributesList(), span)));
                    }
                }
            }
            exchange.sendResponseHeaders(answer, -1);
        } finally {
            deliveries.incrementAndGet();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
