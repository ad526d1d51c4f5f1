package io.backfill.models;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model as configured by the operator.
 *
 * @param name the name that requests use. Never {@code *}: a model served by the catch-all entry has its own name
 * @param replicas base addresses of its servers, without {@code /v1}; at least one
 * @param maxInFlight maximum number of open calls, over all replicas and jobs
 * @param timeout of one call, from connecting to the last byte
 * @param apiKeyFile file with the bearer key; read at every load and reload
 * @param overrideAuthorization whether the configured key replaces an Authorization header captured from the client
 * @param headers sent with every call
 * @param tuning of placement and protection
 */
public record Model(
        String name,
        List<URI> replicas,
        int maxInFlight,
        Duration timeout,
        RetryPolicy retry,
        Optional<Path> apiKeyFile,
        boolean overrideAuthorization,
        Map<String, String> headers,
        Optional<Tls> tls,
        ModelTuning tuning) {
    public Model {
        replicas = List.copyOf(replicas);
        headers = Map.copyOf(headers);
        if (replicas.isEmpty()) {
            throw new IllegalArgumentException("model '" + name + "' needs at least one replica");
        }
        if (maxInFlight < 1 || maxInFlight > 10_000) {
            throw new IllegalArgumentException(
                    "max-in-flight of model '" + name + "' must be 1 to 10000, not " + maxInFlight);
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout of model '" + name + "' must be positive");
        }
    }

    /** Whether a configured Authorization header replaces the client's. */
    public boolean replacesAuthorization() {
        return overrideAuthorization
                && (apiKeyFile.isPresent() || headers.keySet().stream().anyMatch("Authorization"::equalsIgnoreCase));
    }

    /** Returns the number of ranges that a plan for this model is cut into. */
    public int lanes() {
        return tuning.placement().ranges()
                ? replicas.size() * tuning.placement().cursors()
                : 1;
    }

    /**
     * Files in PEM form; the client certificate and its key must be given together.
     *
     * @param keyPasswordFile file with the password of an encrypted key
     */
    public record Tls(
            Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile, Optional<Path> keyPasswordFile) {
        public Tls {
            if (certFile.isPresent() != keyFile.isPresent()) {
                throw new IllegalArgumentException("tls needs cert-file and key-file together");
            }
            if (keyPasswordFile.isPresent() && keyFile.isEmpty()) {
                throw new IllegalArgumentException("tls has key-password-file without key-file");
            }
        }

        /** Returns the files of a client without a certificate, which trusts only the CAs in {@code caFile} if it is given. */
        public static Tls trusting(Optional<Path> caFile) {
            return new Tls(caFile, Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** Returns the files that are given. */
        public List<Path> files() {
            return Stream.of(caFile, certFile, keyFile, keyPasswordFile)
                    .flatMap(Optional::stream)
                    .toList();
        }
    }
}
