package io.backfill.dispatch.http;

import java.net.URI;
import java.util.Locale;

/**
 * The parsed address of a replica.
 *
 * @param host name or address literal, without brackets
 * @param basePath prefix of the path of every call; empty, or begins with a slash
 */
record Origin(boolean secure, String host, int port, String basePath) {
    static Origin of(URI replica) {
        boolean secure = "https".equals(replica.getScheme().toLowerCase(Locale.ROOT));
        String host = replica.getHost();
        int port = replica.getPort();
        if (host == null) {
            // a host name with an underscore, which the JDK does not parse
            String authority = replica.getRawAuthority();
            int colon = authority.lastIndexOf(':');
            host = colon < 0 ? authority : authority.substring(0, colon);
            port = colon < 0 ? -1 : Integer.parseInt(authority, colon + 1, authority.length(), 10);
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        port = port > 0 ? port : defaultPort(secure);
        String path = replica.getRawPath();
        return new Origin(secure, host, port, path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    /** Returns the value of the Host header. */
    String hostHeader() {
        return port == defaultPort(secure) ? bracketed() : bracketed() + ":" + port;
    }

    /** Returns host and port, for messages. */
    @Override
    public String toString() {
        return bracketed() + ":" + port;
    }

    private String bracketed() {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static int defaultPort(boolean secure) {
        return secure ? 443 : 80;
    }
}
