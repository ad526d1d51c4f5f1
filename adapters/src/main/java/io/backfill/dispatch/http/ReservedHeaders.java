package io.backfill.dispatch.http;

import java.util.Locale;
import java.util.Set;

/** Headers that the sender sets itself, or that concern one connection only: they are neither configured nor passed through. */
public final class ReservedHeaders {
    private static final Set<String> NAMES = Set.of(
            "accept",
            "accept-encoding",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-request-id");

    private ReservedHeaders() {}

    /** Whether {@code name} is one of them; case does not matter. */
    public static boolean contains(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT));
    }
}
