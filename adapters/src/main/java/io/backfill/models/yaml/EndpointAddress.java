package io.backfill.models.yaml;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks the address of an endpoint. */
final class EndpointAddress {
    static final String EXPECTED =
            "addresses such as http://host:8000 or https://host/base, without /v1 and what follows it";

    /** The path of the API, or of one call: calls append theirs, and would end at an address that nobody serves. */
    private static final Pattern API_PATH =
            Pattern.compile("/v1/?$|/(chat/completions|completions|embeddings|moderations|responses|models)/?$");

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
            return API_PATH.matcher(path).find() ? Optional.empty() : Optional.of(uri);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
