package io.backfill.api.multipart;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A header of the form {@code first; name=token; name="quoted"}. Parsing is lenient: text that is not a parameter is skipped, and
 * of two parameters with the same name the first counts.
 */
record HeaderValue(String first, Map<String, String> parameters) {
    HeaderValue {
        parameters = Map.copyOf(parameters);
    }

    static HeaderValue parse(String text) {
        int semicolon = text.indexOf(';');
        String first = semicolon < 0 ? text : text.substring(0, semicolon);
        Map<String, String> parameters = new HashMap<>();
        Cursor cursor = new Cursor(text, semicolon < 0 ? text.length() : semicolon + 1);
        while (!cursor.atEnd()) {
            String name = cursor.until(";=").strip().toLowerCase(Locale.ROOT);
            if (cursor.skip('=')) {
                String value = cursor.value();
                if (!name.isEmpty()) {
                    parameters.putIfAbsent(name, value);
                }
            }
            cursor.until(";");
            cursor.skip(';');
        }
        return new HeaderValue(first.strip(), parameters);
    }

    /** Returns the parameter of that name, which must be in lower case. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    private static final class Cursor {
        private final String text;
        private int position;

        Cursor(String text, int position) {
            this.text = text;
            this.position = position;
        }

        boolean atEnd() {
            return position >= text.length();
        }

        boolean skip(char expected) {
            boolean there = !atEnd() && text.charAt(position) == expected;
            position += there ? 1 : 0;
            return there;
        }

        String until(String stops) {
            int start = position;
            while (!atEnd() && stops.indexOf(text.charAt(position)) < 0) {
                position++;
            }
            return text.substring(start, position);
        }

        String value() {
            while (!atEnd() && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
                position++;
            }
            return skip('"') ? quoted() : until(";").strip();
        }

        /**
         * Reads a quoted string. A backslash escapes only a quote or a backslash, because old browsers send Windows paths
         * unescaped.
         */
        private String quoted() {
            StringBuilder value = new StringBuilder();
            while (!atEnd()) {
                char c = text.charAt(position++);
                if (c == '"') {
                    break;
                }
                if (c == '\\' && !atEnd() && (text.charAt(position) == '"' || text.charAt(position) == '\\')) {
                    c = text.charAt(position++);
                }
                value.append(c);
            }
            return value.toString();
        }
    }
}
