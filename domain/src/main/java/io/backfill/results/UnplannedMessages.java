package io.backfill.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.requests.Line;
import io.backfill.requests.LineReader;
import io.backfill.requests.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The results of a batch of Anthropic's dialect that ended before it was planned and so has no result files: the same outcome for
 * each line of its input. Lines without a {@code custom_id} have no result. Not thread-safe.
 */
public final class UnplannedMessages {
    private static final byte[] NO_MORE = {};

    private final LineReader lines;
    private final MessageOutcome outcome;

    public UnplannedMessages(InputStream input, int maxLineBytes, MessageOutcome outcome) {
        this.lines = new LineReader(input, maxLineBytes);
        this.outcome = outcome;
    }

    /** Returns the next line, or an empty array after the last one. */
    public byte[] next() throws IOException {
        for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            byte[] customId = customId(line.get());
            if (customId.length > 0) {
                return outcome.line(customId);
            }
        }
        return NO_MORE;
    }

    private static byte[] customId(Line line) {
        byte[] found = NO_MORE;
        try (JsonParser json = StrictJson.FACTORY.createParser(line.buffer(), line.start(), line.length())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return found;
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (json.nextToken() == JsonToken.VALUE_STRING && name.equals("custom_id")) {
                    int from = line.start() + (int) json.currentTokenLocation().getByteOffset();
                    json.finishToken();
                    found = Arrays.copyOfRange(
                            line.buffer(),
                            from,
                            line.start() + (int) json.currentLocation().getByteOffset());
                }
                json.skipChildren();
            }
        } catch (IOException malformed) {
            return found;
        }
        return found;
    }
}
