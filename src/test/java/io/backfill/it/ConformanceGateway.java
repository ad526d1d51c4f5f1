package io.backfill.it;

import io.backfill.api.testing.ApiClient;
import io.backfill.it.server.GatewayProcess;
import io.backfill.it.support.Folders;
import io.backfill.it.support.ModelsYaml;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One gateway for the conformance tests. It uses API keys, so that each test can be a tenant of its own, and small limits. */
public final class ConformanceGateway implements AutoCloseable {
    public static final String MODEL = "org/model:7b";
    public static final String METRICS_TOKEN = "scrape-the-conformance-gateway";
    public static final long MAX_UPLOAD_BYTES = 2_000_000;
    public static final long MAX_PART_BYTES = 1_000_000;

    private static final int TENANTS = 1000;

    private final AtomicInteger tenants = new AtomicInteger();
    private final List<ApiClient> clients = new CopyOnWriteArrayList<>();
    private final Path folder;
    private final Simulator model;
    private final GatewayProcess process;

    private ConformanceGateway() throws IOException {
        folder = Files.createTempDirectory("backfill-it-conformance");
        model = Simulator.start(SimulatorOptions.defaults().withAnyModel());
        new ModelsYaml().model(MODEL, model.baseUrl(), "max-in-flight: 2").write(folder);
        Path keys = folder.resolve("api-keys");
        Files.write(
                keys,
                IntStream.range(0, TENANTS)
                        .mapToObj(i -> "tenant-" + i + ":" + sha256(key(i)))
                        .toList());
        Path token = Files.writeString(folder.resolve("metrics-token"), METRICS_TOKEN);
        process = GatewayProcess.in(folder)
                .with("BACKFILL_METRICS_ALLOW", "192.0.2.0/24")
                .with("BACKFILL_METRICS_TOKEN_FILE", token.toString())
                .with("BACKFILL_AUTH_MODE", "api-keys")
                .with("BACKFILL_AUTH_API_KEYS_FILE", keys.toString())
                .with("BACKFILL_FILES_MAX_UPLOAD_BYTES", String.valueOf(MAX_UPLOAD_BYTES))
                .with("BACKFILL_FILES_MAX_BATCH_FILE_BYTES", String.valueOf(MAX_UPLOAD_BYTES))
                .with("BACKFILL_FILES_MAX_PART_BYTES", String.valueOf(MAX_PART_BYTES))
                .with("BACKFILL_BATCHES_CREATES_PER_HOUR", "60")
                .with("BACKFILL_JOBS_GRACE", "2s")
                .start();
    }

    private static String key(int tenant) {
        return "sk-conformance-" + tenant;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a client of a tenant that has no data yet. */
    public ApiClient newTenant() {
        return client(key(tenants.getAndIncrement()));
    }

    /** Returns a client with this key; an empty key means none. */
    public ApiClient client(String key) {
        ApiClient client = new ApiClient(process.baseUrl(), key);
        clients.add(client);
        return client;
    }

    /** Sets how long the model takes for a line from now on. */
    public void latency(Latency latency) {
        model.latency(latency);
    }

    @Override
    public void close() throws IOException {
        clients.forEach(ApiClient::close);
        process.close();
        model.close();
        Folders.delete(folder);
    }

    /**
     * Injects the gateway into test constructors. It starts with the first class that needs it and stops after the last test of the
     * run.
     */
    public static final class Shared implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == ConformanceGateway.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(ConformanceGateway.class))
                    .getOrComputeIfAbsent(ConformanceGateway.class, type -> start(), ConformanceGateway.class);
        }

        private static ConformanceGateway start() {
            try {
                return new ConformanceGateway();
            } catch (IOException cannotStart) {
                throw new UncheckedIOException(cannotStart);
            }
        }
    }
}
