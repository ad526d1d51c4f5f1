package io.backfill.requests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** Parsers for JSON in UTF-8 as defined by RFC 8259, of any length. */
public final class StrictJson {
    private static final int MAX_DEPTH = 1000;

    /**
     * Creates parsers that read bytes as UTF-8, without support for a byte order mark and without detection of UTF-16, either of
     * which would yield wrong positions. The length of strings, names and numbers is not limited, because their bytes are only
     * skipped. Nesting is limited to 1000 levels. Names are not interned, because clients choose them. Check the bytes with
     * {@link StrictUtf8} first: the parser is lenient inside strings.
     */
    public static final JsonFactory FACTORY = nestedUpTo(MAX_DEPTH);

    /** Does the same for JSON that the gateway builds around such JSON, which adds a few levels. */
    public static final JsonFactory ENCLOSING_FACTORY = nestedUpTo(MAX_DEPTH + 10);

    private StrictJson() {}

    private static JsonFactory nestedUpTo(int depth) {
        return new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }
}
