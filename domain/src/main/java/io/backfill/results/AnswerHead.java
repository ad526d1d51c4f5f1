package io.backfill.results;

import java.util.Locale;
import java.util.Optional;

/**
 * The parts of a response's head that concern its body.
 *
 * @param location target of a redirect; redirects are not followed
 */
public record AnswerHead(int status, String contentType, Optional<String> location) {
    private static final int LONGEST_LOCATION = 1024;

    boolean isEventStream() {
        return contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    /** Returns the text before the quote of a body that is not a JSON object. */
    String introduction(boolean empty) {
        if (status >= 300 && status < 400) {
            String target = location.map(to -> " to " + to.substring(0, Math.min(to.length(), LONGEST_LOCATION)))
                    .orElse("");
            return "The model answered with status " + status + ", a redirect" + target + ", which is not followed"
                    + (empty ? "." : ": ");
        }
        return empty ? "The model answered with status " + status + " and an empty body." : "";
    }
}
