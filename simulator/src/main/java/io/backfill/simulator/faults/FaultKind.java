package io.backfill.simulator.faults;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be wrong with an answer. The name on the wire is the lower-case name with hyphens. */
public enum FaultKind {
    /** An OpenAI error envelope with the rule's {@code status}, and {@code Retry-After} when the rule has one. */
    STATUS,
    /** Nothing is answered; the connection stays open until the client gives up. */
    HANG,
    /** Half of the answer, then a TCP reset. */
    RESET,
    /** Half of the announced bytes, then an orderly end of the connection. */
    SHORT,
    /** The connection ends without a byte of an answer. */
    CLOSE,
    /** The status line and the headers, then an orderly end of the connection. */
    HEADERS,
    /** The right answer, a byte every {@code ms} milliseconds. */
    TRICKLE,
    /** {@code ms} milliseconds more, then whatever else applies. */
    SLOW,
    /** An HTML page as a proxy would send it, with the rule's {@code status} (200 unless said). */
    HTML,
    /** The right answer over many lines, LF between JSON tokens. */
    PRETTY,
    /** The right answer over many lines, CR LF between JSON tokens. */
    PRETTY_CRLF,
    /** The first half of the right answer as a whole HTTP body: broken JSON. */
    BROKEN_JSON,
    /** The right answer with a byte inside a string that is not UTF-8. */
    NOT_UTF8,
    /** The right answer as an event stream nobody asked for. */
    SSE,
    /** The right answer compressed with gzip, whatever the request accepts. */
    GZIP,
    /** The right answer with a member of {@code bytes} bytes more. */
    LARGE,
    /** A body of no bytes. */
    EMPTY;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static FaultKind ofWireName(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown fault '" + name + "'; known are "
                        + Arrays.stream(values()).map(FaultKind::wireName).collect(Collectors.joining(", "))));
    }
}
