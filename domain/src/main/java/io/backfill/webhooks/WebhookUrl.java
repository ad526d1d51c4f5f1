package io.backfill.webhooks;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * The URL of an endpoint, taken apart. Whether its addresses may be called is decided when they are known.
 *
 * @param secure whether the scheme is https
 * @param host name or literal address, an IPv6 address without brackets
 * @param port the port, also if the URL has none
 * @param authority value of the header {@code Host}
 * @param target path and query
 */
public record WebhookUrl(boolean secure, String host, int port, String authority, String target) {
    public static final int MAX_LENGTH = 2048;

    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int MAX_PORT = 65_535;

    /**
     * Parses a URL.
     *
     * @throws IllegalArgumentException if it cannot be the URL of an endpoint; the message says why and does not quote it
     */
    public static WebhookUrl parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("it has more than " + MAX_LENGTH + " characters");
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it is not a URL", e);
        }
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if (!secure && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException("it must begin with https://");
        }
        String host = uri.getHost();
        if (host == null || host.isEmpty() || uri.getPort() > MAX_PORT || uri.getPort() == 0) {
            throw new IllegalArgumentException("it needs a host name, such as https://example.com/hooks");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("it must not contain a user name or password");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("it must not have a fragment ('#')");
        }
        int byDefault = secure ? HTTPS : HTTP;
        int port = uri.getPort() < 0 ? byDefault : uri.getPort();
        String ascii = uri.toASCIIString();
        URI encoded = URI.create(ascii);
        String path = encoded.getRawPath().isEmpty() ? "/" : encoded.getRawPath();
        String query = encoded.getRawQuery() == null ? "" : "?" + encoded.getRawQuery();
        return new WebhookUrl(
                secure,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port,
                port == byDefault ? host : host + ":" + port,
                path + query);
    }
}
