package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.tenants.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Remembers for 300 s which replica each session was last sent to. A session is identified by the header {@code x-session-id}
 * within a tenant; the 1,024 most recently used sessions are kept. Not thread-safe.
 */
final class SessionReplicas {
    private static final String HEADER = "x-session-id";
    private static final int MOST = 1024;
    private static final long REMEMBERED = Duration.ofSeconds(300).toNanos();

    private record Session(TenantId tenant, String id) {}

    private record Sent(URI replica, long at) {}

    private final LongSupplier nanoTime;
    /** Least recently used first. */
    private final LinkedHashMap<Session, Sent> sessions = new LinkedHashMap<>();

    SessionReplicas(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Returns the replica of the session's previous call. Also empty for a call without a session. */
    Optional<URI> lastOf(ModelRequest request) {
        return sessionOf(request)
                .flatMap(session -> Optional.ofNullable(sessions.get(session)))
                .filter(sent -> nanoTime.getAsLong() - sent.at <= REMEMBERED)
                .map(Sent::replica);
    }

    void sent(ModelRequest request, URI replica) {
        Optional<Session> session = sessionOf(request);
        if (session.isPresent()) {
            sessions.putLast(session.get(), new Sent(replica, nanoTime.getAsLong()));
            if (sessions.size() > MOST) {
                sessions.pollFirstEntry();
            }
        }
    }

    private static Optional<Session> sessionOf(ModelRequest request) {
        for (Map.Entry<String, String> header : request.line().headers().entrySet()) {
            if (HEADER.equalsIgnoreCase(header.getKey()) && !header.getValue().isBlank()) {
                return Optional.of(new Session(request.tenant(), header.getValue()));
            }
        }
        return Optional.empty();
    }
}
