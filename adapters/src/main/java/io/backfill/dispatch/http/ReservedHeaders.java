package io.backfill.dispatch.http;

import java.util.Locale;
import java.util.Set;

/** Headers that the sender sets itself or that apply to a single connection. They can be neither configured nor passed through. */
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

    /** Returns true if {@code name} is reserved; case is ignored. */
    public static boolean contains(String name) {
        return NAMES.contains(name.toLowerCase(Locale.ROOT));
    }
}
