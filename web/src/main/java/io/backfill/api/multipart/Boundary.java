package io.backfill.api.multipart;

import java.util.Locale;
import java.util.Optional;

/** What separates the parts of one form; the client chose it. */
public record Boundary(String value) {
    /** RFC 2046 allows 70; some clients go a little beyond. */
    private static final int MAX_LENGTH = 200;

    private static final String MEDIA_TYPE = "multipart/form-data";

    /** The boundary that a Content-Type names; empty when it is not that of a form. */
    public static Optional<Boundary> of(Optional<String> contentType) {
        return contentType
                .map(HeaderValue::parse)
                .filter(value -> value.first().toLowerCase(Locale.ROOT).equals(MEDIA_TYPE))
                .flatMap(value -> value.parameter("boundary"))
                .filter(boundary -> !boundary.isBlank() && boundary.length() <= MAX_LENGTH)
                .map(Boundary::new);
    }
}
