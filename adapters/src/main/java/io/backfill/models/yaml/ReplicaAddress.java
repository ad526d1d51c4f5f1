package io.backfill.models.yaml;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses and checks the address of a replica. */
final class ReplicaAddress {
    static final String EXPECTED =
            "addresses such as http://host:8000 or https://host/base, without /v1 and anything after it";

    /** The path of the API or of one call. Calls append their own path, so the resulting address would not exist. */
    private static final Pattern API_PATH =
            Pattern.compile("/v1/?$|/(chat/completions|completions|embeddings|moderations|responses|models)/?$");

    /** Host names with underscores, which container networks use. The standard does not allow them, so the JDK does not parse them. */
    private static final Pattern NAME_AND_PORT =
            Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?(?::([0-9]{1,5}))?");

    private ReplicaAddress() {}

    /** Parses {@code text}. Returns empty if it is not an address that can be called. */
    static Optional<URI> parse(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!http || !hasHostAndPort(uri)) {
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

    private static boolean hasHostAndPort(URI uri) {
        if (uri.getHost() != null) {
            return isPort(uri.getPort());
        }
        if (uri.getRawAuthority() == null) {
            return false;
        }
        Matcher named = NAME_AND_PORT.matcher(uri.getRawAuthority());
        return named.matches() && (named.group(1) == null || isPort(Integer.parseInt(named.group(1))));
    }

    /** Accepts -1, which stands for the default port of the scheme. */
    private static boolean isPort(int port) {
        return port != 0 && port <= 65_535;
    }
}
