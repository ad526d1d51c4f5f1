package io.backfill.dispatch.http;

import io.backfill.models.Model;
import io.backfill.reload.Fingerprint;
import io.backfill.tls.ApiKeyFile;
import io.backfill.tls.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/** The resources for calling one model under one configuration: connections per replica, TLS and API key. */
final class ModelPool {
    private final CallHeaders headers;
    private final List<ReplicaPool> replicas;
    private final Fingerprint secrets;
    private final AtomicInteger next = new AtomicInteger();
    /** Replaced by an equal model when one is passed in, so that the next comparison is by reference. */
    private volatile Model model;

    private volatile long version;

    private ModelPool(Model model, long version, CallHeaders headers, List<ReplicaPool> replicas, Fingerprint secrets) {
        this.model = model;
        this.version = version;
        this.headers = headers;
        this.replicas = replicas;
        this.secrets = secrets;
    }

    /**
     * Reads the model's files and creates its pool.
     *
     * @throws IOException if a file cannot be used, with a message for operators
     */
    static ModelPool open(Model model, long version, LongSupplier nanoTime) throws IOException {
        // computed first, so that a file that changes while it is read is read again later
        Fingerprint secrets = Fingerprint.of(filesOf(model));
        Optional<String> key = Optional.empty();
        if (model.apiKeyFile().isPresent()) {
            key = Optional.of(ApiKeyFile.read(model.apiKeyFile().get()));
        }
        SSLContext tls = model.tls().isPresent() ? ClientTls.context(model.tls().get()) : ClientTls.systemDefault();
        List<ReplicaPool> replicas = model.replicas().stream()
                .map(Origin::of)
                .map(origin ->
                        new ReplicaPool(origin, new Connector(origin, tls, nanoTime), model.maxInFlight(), nanoTime))
                .toList();
        return new ModelPool(model, version, new CallHeaders(model, key), replicas, secrets);
    }

    Model model() {
        return model;
    }

    CallHeaders headers() {
        return headers;
    }

    long version() {
        return version;
    }

    /** Returns true if this pool was created for the given configuration or for a newer one. */
    boolean serves(Model other, long ofVersion) {
        if (ofVersion < version) {
            return true;
        }
        if (other == model || other.equals(model)) {
            if (other != model || ofVersion != version) {
                model = other;
                version = ofVersion;
            }
            return true;
        }
        return false;
    }

    /** Returns true if a file that the model names has changed since it was read. */
    boolean isOutdated() {
        return !secrets.equals(Fingerprint.of(filesOf(model)));
    }

    /**
     * Enters the picked replica and returns its pool. If none was picked, or it is no longer configured, chooses the replica with
     * the fewest open calls. The caller must call {@link ReplicaPool#leave} afterwards.
     */
    ReplicaPool enter(Optional<URI> picked) {
        int place = picked.map(model.replicas()::indexOf).orElse(-1);
        ReplicaPool chosen = place < 0 ? leastOpen() : replicas.get(place);
        chosen.enter();
        return chosen;
    }

    /** Returns the replica with the fewest open calls; ties are broken in rotation. */
    private ReplicaPool leastOpen() {
        ReplicaPool best = replicas.getFirst();
        int size = replicas.size();
        if (size > 1) {
            int first = Math.floorMod(next.getAndIncrement(), size);
            best = replicas.get(first);
            for (int i = 1; i < size; i++) {
                ReplicaPool candidate = replicas.get((first + i) % size);
                if (candidate.open() < best.open()) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** Closes connections that have been idle for too long. Returns true if no connection and no call is left. */
    boolean closeOld() {
        boolean empty = true;
        for (ReplicaPool replica : replicas) {
            empty &= replica.closeOld();
        }
        return empty;
    }

    void retire() {
        replicas.forEach(ReplicaPool::retire);
    }

    private static List<Path> filesOf(Model model) {
        List<Path> files = new ArrayList<>(model.apiKeyFile().stream().toList());
        model.tls().ifPresent(tls -> files.addAll(tls.files()));
        return files;
    }
}
