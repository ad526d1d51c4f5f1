package io.backfill.worker;

import io.backfill.traces.BatchTraces;
import io.backfill.traces.otlp.OtlpTraces;
import io.backfill.traces.otlp.TracingConfig;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** The traces of a pod: the gateway's own settings, under the names of their environment variables. */
final class PodTracing {
    private static final String ENDPOINT = "BACKFILL_TRACING_ENDPOINT";
    /** Content of the gateway's headers file. Not passed on by the gateway, because it may contain a secret. */
    private static final String HEADERS = "BACKFILL_TRACING_HEADERS";

    private PodTracing() {}

    /** Reads the settings. Returns empty if nothing is traced. */
    static Optional<TracingConfig> read(Variables variables) {
        Optional<URI> endpoint = variables.optional(ENDPOINT, "an address such as http://collector:4318", URI::create);
        Optional<Double> sample =
                variables.optional("BACKFILL_TRACING_SAMPLE", "a number such as 0.5", Double::valueOf);
        Optional<Integer> calls = variables.optional(
                "BACKFILL_TRACING_CALLS_PER_SECOND", "a whole number from 0", Variables.whole(0, Integer.MAX_VALUE));
        if (endpoint.isEmpty()) {
            return Optional.empty();
        }
        return variables.built(() -> new TracingConfig(
                endpoint.get(),
                variables.text(HEADERS).map(PodTracing::headers).orElse(Map.of()),
                variables.text("BACKFILL_TRACING_SERVICE_NAME").orElse(TracingConfig.DEFAULT_SERVICE) + "-worker",
                // Kubernetes sets it to the name of the pod
                variables.text("HOSTNAME").orElse("pod"),
                sample.orElse(TracingConfig.DEFAULT_SAMPLE),
                calls.orElse(TracingConfig.DEFAULT_CALLS_PER_SECOND)));
    }

    private static Map<String, String> headers(String text) {
        try {
            return TracingConfig.headersIn(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(HEADERS + ": " + e.getMessage(), e);
        }
    }

    static BatchTraces start(Optional<TracingConfig> config, LongSupplier nanoTime) {
        return config.<BatchTraces>map(tracing -> OtlpTraces.start(tracing, nanoTime))
                .orElse(BatchTraces.NONE);
    }
}
