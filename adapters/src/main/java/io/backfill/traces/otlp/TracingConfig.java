package io.backfill.traces.otlp;

import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/**
 * Configuration of traces.
 *
 * @param endpoint {@code backfill.tracing.endpoint}: address of the collector. If its path is empty, that of OTLP is appended
 * @param headers sent with every delivery, for example a key
 * @param service {@code backfill.tracing.service-name}: name of this program in the traces
 * @param instance name of this process in the traces
 * @param sample {@code backfill.tracing.sample}: share of the batches that are traced
 * @param callsPerSecond {@code backfill.tracing.calls-per-second}: calls that are traced per second and partition
 */
public record TracingConfig(
        URI endpoint, Map<String, String> headers, String service, String instance, double sample, int callsPerSecond) {
    public static final String DEFAULT_SERVICE = "backfill";
    public static final double DEFAULT_SAMPLE = 1;
    public static final int DEFAULT_CALLS_PER_SECOND = 5;

    private static final int MOST_CALLS_PER_SECOND = 1_000;
    private static final String OTLP_PATH = "/v1/traces";

    public TracingConfig {
        headers = Map.copyOf(headers);
        if (endpoint.getHost() == null
                || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                || endpoint.getUserInfo() != null
                || endpoint.getFragment() != null) {
            throw new IllegalArgumentException(
                    "backfill.tracing.endpoint must be an address such as http://collector:4318, without a user or a"
                            + " password");
        }
        if (service.isBlank()) {
            throw new IllegalArgumentException("backfill.tracing.service-name must not be blank");
        }
        if (!(sample >= 0 && sample <= 1)) {
            throw new IllegalArgumentException("backfill.tracing.sample must be 0 to 1, not " + sample);
        }
        if (callsPerSecond < 0 || callsPerSecond > MOST_CALLS_PER_SECOND) {
            throw new IllegalArgumentException("backfill.tracing.calls-per-second must be 0 to " + MOST_CALLS_PER_SECOND
                    + ", not " + callsPerSecond);
        }
    }

    /** Returns the address to which spans are sent. */
    URI target() {
        String path = endpoint.getRawPath();
        return path == null || path.isEmpty() || path.equals("/") ? endpoint.resolve(OTLP_PATH) : endpoint;
    }

    /**
     * Reads headers from text with one {@code name: value} per line. Blank lines and lines that begin with {@code #} are ignored.
     *
     * @throws IllegalArgumentException if a line is no header. The message does not quote the line, which may be a secret
     */
    public static Map<String, String> headersIn(String text) {
        Map<String, String> headers = new TreeMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
                throw new IllegalArgumentException("line " + number + " must be a header such as 'Authorization: …'");
            }
            headers.put(name, line.substring(colon + 1).strip());
        }
        return headers;
    }
}
