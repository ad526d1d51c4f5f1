package io.backfill.dispatch.metrics;

import java.util.Optional;

/**
 * One line of Prometheus text that has a value.
 *
 * @param name name of the metric
 * @param labels the text between the braces, empty if there are none
 * @param value a number that is finite and not negative
 */
record MetricSample(String name, String labels, double value) {

    /** Reads a line; empty if it is a comment or malformed, or if its value is unknown, infinite or negative. */
    static Optional<MetricSample> parse(String line) {
        int nameEnd = 0;
        while (nameEnd < line.length() && line.charAt(nameEnd) != '{' && !isBlank(line.charAt(nameEnd))) {
            nameEnd++;
        }
        int open = skipBlanks(line, nameEnd);
        boolean labelled = open < line.length() && line.charAt(open) == '{';
        int close = labelled ? closingBrace(line, open) : open - 1;
        if (nameEnd == 0 || line.charAt(0) == '#' || close >= line.length()) {
            return Optional.empty();
        }
        int start = skipBlanks(line, close + 1);
        int end = start;
        while (end < line.length() && !isBlank(line.charAt(end))) {
            end++;
        }
        double value = number(line.substring(start, end));
        return value >= 0 && value < Double.POSITIVE_INFINITY
                ? Optional.of(new MetricSample(
                        line.substring(0, nameEnd), labelled ? line.substring(open + 1, close) : "", value))
                : Optional.empty();
    }

    /** Returns the value of a label as written, with its escapes, or empty if there is no such label. */
    Optional<String> label(String wanted) {
        int at = 0;
        while (at < labels.length()) {
            int equals = labels.indexOf('=', at);
            int open = equals < 0 ? labels.length() : skipBlanks(labels, equals + 1);
            int close = closingQuote(labels, open);
            if (close >= labels.length()) {
                return Optional.empty();
            }
            if (labels.substring(at, equals).strip().equals(wanted)) {
                return Optional.of(labels.substring(open + 1, close));
            }
            at = skipBlanks(labels, close + 1);
            at = at < labels.length() && labels.charAt(at) == ',' ? at + 1 : at;
        }
        return Optional.empty();
    }

    /** Reads a number as Prometheus writes it; not a number if the text is something else. */
    static double number(String text) {
        try {
            return switch (text) {
                case "+Inf" -> Double.POSITIVE_INFINITY;
                case "-Inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.parseDouble(text);
            };
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static int closingBrace(String line, int open) {
        int at = open + 1;
        while (at < line.length() && line.charAt(at) != '}') {
            at = line.charAt(at) == '"' ? closingQuote(line, at) + 1 : at + 1;
        }
        return at;
    }

    private static int closingQuote(String text, int open) {
        int at = open + 1;
        while (at < text.length() && text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
