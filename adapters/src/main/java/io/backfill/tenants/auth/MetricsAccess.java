package io.backfill.tenants.auth;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides which clients may read {@code /metrics}: clients in the allowed networks and clients that send the token. The token is read
 * from its file for every request, so a rotated token takes effect at once. If the file is empty or cannot be read, no token is
 * accepted. Thread-safe.
 *
 * @param allow {@code backfill.metrics.allow}
 * @param tokenFile {@code backfill.metrics.token-file}
 */
public record MetricsAccess(List<Cidr> allow, Optional<Path> tokenFile) {
    private static final String SCHEME = "bearer ";

    public MetricsAccess {
        allow = List.copyOf(allow);
    }

    /** @param authorization the {@code Authorization} header of the request */
    public boolean admits(InetAddress peer, Optional<String> authorization) {
        return allow.stream().anyMatch(network -> network.contains(peer))
                || authorization
                        .filter(value -> value.toLowerCase(Locale.ROOT).startsWith(SCHEME))
                        .map(value -> value.substring(SCHEME.length()).strip())
                        .filter(this::isToken)
                        .isPresent();
    }

    private boolean isToken(String sent) {
        return token().filter(token -> MessageDigest.isEqual(
                        token.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private Optional<String> token() {
        if (tokenFile.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(tokenFile.get()).strip()).filter(token -> !token.isEmpty());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
