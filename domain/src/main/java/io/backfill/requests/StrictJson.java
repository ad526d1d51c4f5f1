package io.backfill.requests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** JSON in UTF-8 as RFC 8259 defines it, of any length. */
public final class StrictJson {
    private static final int MAX_DEPTH = 1000;

    /**
     * Makes parsers that take bytes as UTF-8, without a byte order mark and without guessing at UTF-16 (a guess would let both
     * pass, with positions that are wrong). Strings, names and numbers may be as long as they like, for their bytes are only
     * skipped; nesting ends at 1000 levels. Names are not interned: they are whatever a client makes up. Check
     * {@link StrictUtf8} first: the parser is lenient inside strings.
     */
    public static final JsonFactory FACTORY = nestedUpTo(MAX_DEPTH);

    /** The same for JSON that we put together around such JSON, which adds a few levels. */
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
