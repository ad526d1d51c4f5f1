package io.backfill.dispatch;

import java.util.Map;
import java.util.Optional;

/**
 * The lines of a model that a replica treats alike when it refuses them for their path or key.
 *
 * @param path path of the request, such as {@code /v1/chat/completions}
 * @param key the client's key if it is passed through; empty if the model's own key is sent, or none
 */
public record LineKind(String path, Optional<KeyHash> key) {
    private static final String AUTHORIZATION = "authorization";

    static LineKind of(ModelRequest request) {
        return new LineKind(request.line().path(), keyOf(request));
    }

    private static Optional<KeyHash> keyOf(ModelRequest request) {
        if (request.line().headers().isEmpty() || request.model().replacesAuthorization()) {
            return Optional.empty();
        }
        for (Map.Entry<String, String> header : request.line().headers().entrySet()) {
            if (AUTHORIZATION.equalsIgnoreCase(header.getKey())) {
                return Optional.of(KeyHash.of(header.getValue()));
            }
        }
        return Optional.empty();
    }
}
