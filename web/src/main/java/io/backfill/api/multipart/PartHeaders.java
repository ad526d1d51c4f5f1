package io.backfill.api.multipart;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The headers of a part. Headers other than {@code Content-Disposition} and {@code Content-Encoding} are ignored, including the content
 * type.
 */
record PartHeaders(String name, Optional<String> filename, Optional<String> encoding) {
    private static final String DISPOSITION = "content-disposition:";
    private static final String ENCODING = "content-encoding:";

    /**
     * @param lines of the header block, in UTF-8 as every client sends them
     */
    static PartHeaders parse(String lines) {
        String unfolded = lines.replace("\r\n ", " ").replace("\r\n\t", " ");
        HeaderValue disposition =
                value(unfolded, DISPOSITION).map(HeaderValue::parse).orElseThrow(MalformedForm::exception);
        String name = disposition.parameter("name").orElseThrow(MalformedForm::exception);
        Optional<String> filename = disposition
                .parameter("filename*")
                .flatMap(PartHeaders::decodeExtended)
                .or(() -> disposition.parameter("filename").map(PartHeaders::decodePercents));
        return new PartHeaders(
                decodePercents(name), filename, value(unfolded, ENCODING).map(String::strip));
    }

    private static Optional<String> value(String unfolded, String header) {
        return unfolded.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(header))
                .findFirst()
                .map(line -> line.substring(header.length()));
    }

    /** Decodes a quoted name. Clients escape only what would break the header, so {@code %41} is part of the name itself. */
    private static String decodePercents(String quoted) {
        return quoted.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    }

    /** Decodes {@code charset'language'percent-encoded} of RFC 8187; empty if the value does not have this form. */
    private static Optional<String> decodeExtended(String value) {
        String[] parts = value.split("'", 3);
        if (parts.length < 3) {
            return Optional.empty();
        }
        Charset charset =
                parts[0].equalsIgnoreCase("ISO-8859-1") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        return PercentEncoding.decode(parts[2]).map(bytes -> new String(bytes, charset));
    }
}
