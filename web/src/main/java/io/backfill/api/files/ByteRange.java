package io.backfill.api.files;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a file that a client requests.
 *
 * @param length 0 if the file does not have the requested bytes
 */
record ByteRange(long from, long length, boolean whole) {
    private static final Pattern SINGLE = Pattern.compile("bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

    /**
     * Parses a {@code Range} header. Ignores what HTTP lets a server ignore: multiple ranges, units other than bytes, and invalid
     * ranges.
     *
     * @param header as sent
     */
    static ByteRange parse(Optional<String> header, long size) {
        return header.map(SINGLE::matcher)
                .filter(Matcher::matches)
                .flatMap(matcher -> parse(matcher.group(1), matcher.group(2), size))
                .orElse(new ByteRange(0, size, true));
    }

    private static Optional<ByteRange> parse(String first, String last, long size) {
        if (first.isEmpty()) {
            return last.isEmpty() ? Optional.empty() : Optional.of(suffix(Long.parseLong(last), size));
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
        if (!last.isEmpty() && Long.parseLong(last) < from) {
            return Optional.empty();
        }
        return Optional.of(new ByteRange(from, Math.max(0, to - from + 1), false));
    }

    private static ByteRange suffix(long count, long size) {
        long length = Math.min(count, size);
        return new ByteRange(size - length, length, false);
    }

    boolean satisfiable() {
        return whole || length > 0;
    }

    /** Returns the value of {@code Content-Range}. */
    String contentRange(long size) {
        return satisfiable() ? "bytes " + from + "-" + (from + length - 1) + "/" + size : "bytes */" + size;
    }
}
