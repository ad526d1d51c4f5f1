package io.backfill.requests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Recognizes by its first line a text file that is not an input of the Batch API, such as a result file or the requests of another
 * vendor, so that the error message can name the format. Meant for a line that is invalid; says nothing about valid ones.
 */
public enum ForeignFormat {
    RESULTS(
            "the result file of a batch. Its input file has one request per line, with custom_id, method, url and body"),
    MESSAGE_RESULTS("the results of a message batch of Anthropic's API. Please upload a file with requests"),
    MESSAGE_LINES(
            "in the format of Anthropic's Message Batches. Please send it to POST /v1/messages/batches, or write each request"
                    + " with custom_id, method, url '/v1/messages' and body"),
    MESSAGE_BATCH("the body of POST /v1/messages/batches of Anthropic's API. Please send it to that address"),
    GEMINI(
            "in the format of Gemini or Vertex AI. Please write each request with custom_id, method, url and body, in the form"
                    + " of the model's endpoint"),
    BEDROCK(
            "in the format of Amazon Bedrock. Please write each request with custom_id, method, url and body, in the form of"
                    + " the model's endpoint"),
    ARRAY("a JSON array. Please write one request per line, without brackets and without commas between them"),
    CSV("not JSON; it looks like CSV. Please write one JSON object per line, with custom_id, method, url and body");

    private final String what;

    ForeignFormat(String what) {
        this.what = what;
    }

    /** Returns a text that completes the sentence "The input file is ..." for users and says what to do. */
    public String what() {
        return what;
    }

    /** Returns the format of the file that begins with this line, or empty if it is not a known one. */
    public static Optional<ForeignFormat> of(Line first) {
        Set<String> names = new HashSet<>();
        try (JsonParser json = StrictJson.FACTORY.createParser(first.buffer(), first.start(), first.length())) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY) {
                return json.nextToken() == JsonToken.START_OBJECT ? Optional.of(ARRAY) : Optional.empty();
            }
            if (token != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                names.add(name);
                json.nextToken();
                json.skipChildren();
            }
        } catch (IOException notJson) {
            return ofText(first, names);
        }
        return ofNames(names);
    }

    private static Optional<ForeignFormat> ofText(Line first, Set<String> names) {
        // the line may be the beginning of a longer text
        byte begin = first.buffer()[first.start()];
        if (begin == '[') {
            return Optional.of(ARRAY);
        }
        if (begin == '{') {
            return ofNames(names);
        }
        if (!StrictUtf8.valid(first.buffer(), first.start(), first.length())) {
            return Optional.empty();
        }
        boolean separated = false;
        for (int i = first.start(); i < first.start() + first.length(); i++) {
            byte c = first.buffer()[i];
            boolean control = c >= 0 && c < ' ' && c != '\t';
            if (c == '{' || control) {
                return Optional.empty();
            }
            separated |= c == ',' || c == ';' || c == '\t';
        }
        return separated ? Optional.of(CSV) : Optional.empty();
    }

    private static Optional<ForeignFormat> ofNames(Set<String> names) {
        if (names.contains("body") || names.contains("url")) {
            return Optional.empty();
        }
        if (names.contains("custom_id") && names.contains("response")) {
            return Optional.of(RESULTS);
        }
        if (names.contains("custom_id") && names.contains("result")) {
            return Optional.of(MESSAGE_RESULTS);
        }
        if (names.contains("custom_id") && names.contains("params")) {
            return Optional.of(MESSAGE_LINES);
        }
        if (names.contains("requests")) {
            return Optional.of(MESSAGE_BATCH);
        }
        if (names.contains("request") || names.contains("contents")) {
            return Optional.of(GEMINI);
        }
        return names.contains("modelInput") ? Optional.of(BEDROCK) : Optional.empty();
    }
}
