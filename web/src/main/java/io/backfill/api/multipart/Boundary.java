package io.backfill.api.multipart;

import java.util.Locale;
import java.util.Optional;

/** The boundary that separates the parts of a form, chosen by the client. */
public record Boundary(String value) {
    /** RFC 2046 allows 70; some clients exceed this slightly. */
    private static final int MAX_LENGTH = 200;

    private static final String MEDIA_TYPE = "multipart/form-data";

    /** Returns the boundary that a Content-Type names, or empty if it is not the type of a form. */
    public static Optional<Boundary> of(Optional<String> contentType) {
        return contentType
                .map(HeaderValue::parse)
                .filter(value -> value.first().toLowerCase(Locale.ROOT).equals(MEDIA_TYPE))
                .flatMap(value -> value.parameter("boundary"))
                .filter(boundary -> !boundary.isBlank() && boundary.length() <= MAX_LENGTH)
                .map(Boundary::new);
    }
}
