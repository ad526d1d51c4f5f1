package io.backfill.results;

import java.util.Locale;
import java.util.Optional;

/**
 * What an answer's head says about its body.
 *
 * @param location where a redirect points to; no redirect is followed
 */
public record AnswerHead(int status, String contentType, Optional<String> location) {
    private static final int LONGEST_LOCATION = 1024;

    boolean isEventStream() {
        return contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }

    /** What to say in front of the quote of a body that is not a JSON object. */
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
