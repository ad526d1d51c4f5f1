package io.backfill.models.yaml;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Checks the address of an endpoint. */
final class EndpointAddress {
    static final String EXPECTED = "addresses such as http://host:8000 or https://host/base, without /v1";

    private EndpointAddress() {}

    /** The address that {@code text} spells; empty when it is none that can be called. */
    static Optional<URI> parse(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65_535) {
                return Optional.empty();
            }
            if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                return Optional.empty();
            }
            String path = uri.getRawPath();
            return path.endsWith("/v1") || path.endsWith("/v1/") ? Optional.empty() : Optional.of(uri);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
