package io.backfill.traces.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backfill.traces.receiver.OtlpReceiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A collector that is away, or rejects what it gets. The libraries log nothing of their own about it. */
class OutageTest {
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            String logger = String.valueOf(entry.getLoggerName());
            if (logger.startsWith("io.backfill.traces") || logger.startsWith("io.opentelemetry")) {
                logged.add(entry.getLevel() + " " + entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void record() {
        recorder.setLevel(Level.INFO);
        root.addHandler(recorder);
    }

    @AfterEach
    void stopRecording() {
        root.removeHandler(recorder);
    }

    @Test
    void anOutageShouldBeLoggedOnceAndItsEndOnce() throws IOException {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                OtlpTraces traces = started(receiver.address())) {
            receiver.answer(401);
            deliver(traces, receiver);
            deliver(traces, receiver);
            deliver(traces, receiver);
            await().until(() -> !logged.isEmpty());
            assertThat(logged).hasSize(1).allMatch(line -> line.startsWith("WARN BF000280") && line.endsWith("401"));

            receiver.answer(200);
            deliver(traces, receiver);
            deliver(traces, receiver);
            receiver.answer(400);
            deliver(traces, receiver);
        }
        assertThat(logged).hasSize(3);
        assertThat(logged.get(1)).startsWith("INFO BF000281").endsWith("3 deliveries were lost");
        assertThat(logged.get(2)).startsWith("WARN BF000280");
    }

    @Test
    void aCollectorThatIsAwayShouldCostOneLine() throws IOException {
        try (ServerSocket refusing = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI away = URI.create("http://127.0.0.1:" + refusing.getLocalPort());
            refusing.close();
            try (OtlpTraces traces = started(away)) {
                deliver(traces);
                deliver(traces);
            }
        }
        assertThat(logged)
                .hasSize(1)
                .allMatch(line -> line.startsWith("WARN BF000280") && line.contains("ConnectException"));
    }

    @Test
    void closeShouldNotWaitLongForACollectorThatHangs() throws IOException {
        // accepts connections by its backlog, and never answers
        try (ServerSocket hanging = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            OtlpTraces traces = started(URI.create("http://127.0.0.1:" + hanging.getLocalPort()));
            IntStream.rangeClosed(1, 3_000)
                    .mapToObj(TestBatches::created)
                    .forEach(batch -> traces.create(batch, Optional.empty()).close());
            long begun = System.nanoTime();
            traces.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        }
        assertThat(logged).isEmpty();
    }

    private static OtlpTraces started(URI address) {
        return OtlpTraces.start(new TracingConfig(address, Map.of(), "backfill", "node", 1, 5), () -> 0);
    }

    /** A flush can be answered by the end of the one before it. */
    private static void deliver(OtlpTraces traces, OtlpReceiver receiver) {
        int before = receiver.deliveries();
        traces.create(TestBatches.created(1), Optional.empty()).close();
        await().until(() -> {
            traces.flush();
            return receiver.deliveries() > before;
        });
    }

    private static void deliver(OtlpTraces traces) {
        traces.create(TestBatches.created(1), Optional.empty()).close();
        traces.flush();
    }
}
