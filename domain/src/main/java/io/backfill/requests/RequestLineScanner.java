package io.backfill.requests;

import io.backfill.batches.LineError;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads one line with a streaming parser and records the locations of its custom_id and body, without building a tree or copying
 * the body. The checks run in the order of {@code docs/api.md}, and the first one that fails is reported. If a key occurs twice,
 * the last one counts. Stateless.
 */
public final class RequestLineScanner {
    public ScannedLine scan(Line line, LineRules rules) {
        LineFields fields = new LineFields();
        if (!read(line, fields)) {
            return new ScannedLine.Bad(LineError.ofLine(
                    line.number(), "invalid_json_line", "This line is not parseable as valid JSON.", ""));
        }
        Optional<Endpoint> endpoint = Endpoint.ofPath(rules.endpoint());
        Optional<LineError> error = new LineCheck(line.number(), fields, rules, endpoint).firstError();
        return error.isPresent() ? new ScannedLine.Bad(error.get()) : request(fields, endpoint);
    }

    /** Reads the fields of a line. Returns false if the line is not exactly one JSON value in UTF-8. */
    private static boolean read(Line line, LineFields fields) {
        try {
            return isUtf8(line) && fields.read(line);
        } catch (IOException malformed) {
            return false;
        }
    }

    private static boolean isUtf8(Line line) {
        return line.ascii() || StrictUtf8.valid(line.buffer(), line.start(), line.length());
    }

    private static ScannedLine.Request request(LineFields fields, Optional<Endpoint> endpoint) {
        return new ScannedLine.Request(
                fields.customId.text,
                fields.model.text,
                fields.customId.start,
                fields.customId.length,
                fields.bodyStart,
                fields.bodyLength,
                fields.prompt(endpoint.map(Endpoint::generates).orElse(true)));
    }
}
