package io.backfill.simulator.faults;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kinds of faulty answers. The name in JSON is the lower-case name with hyphens. */
public enum FaultKind {
    /** An OpenAI error envelope with the rule's {@code status}, and with {@code Retry-After} if the rule has one. */
    STATUS,
    /** No answer; the connection stays open until the client gives up. */
    HANG,
    /** Half of the answer, then a TCP reset. */
    RESET,
    /** Half of the announced bytes, then an orderly close of the connection. */
    SHORT,
    /** The connection closes without a byte of an answer. */
    CLOSE,
    /** The status line and the headers, then an orderly close of the connection. */
    HEADERS,
    /** The correct answer, one byte every {@code ms} milliseconds. */
    TRICKLE,
    /** A delay of {@code ms} milliseconds, then whatever the other rules require. */
    SLOW,
    /** An HTML page as a proxy would send it, with the rule's {@code status} (200 by default). */
    HTML,
    /** The correct answer on many lines, with LF between JSON tokens. */
    PRETTY,
    /** The correct answer on many lines, with CR LF between JSON tokens. */
    PRETTY_CRLF,
    /** The first half of the correct answer as a complete HTTP body: broken JSON. */
    BROKEN_JSON,
    /** The correct answer with a byte inside a string that is not UTF-8. */
    NOT_UTF8,
    /** The correct answer as an event stream that was not requested. */
    SSE,
    /** The correct answer compressed with gzip, whatever the request accepts. */
    GZIP,
    /** The correct answer with an additional member of {@code bytes} bytes. */
    LARGE,
    /** An empty body. */
    EMPTY;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static FaultKind ofWireName(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown fault '" + name + "'; known: "
                        + Arrays.stream(values()).map(FaultKind::wireName).collect(Collectors.joining(", "))));
    }
}
