package io.backfill.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backfill.requests.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the beginning of a result line says.
 *
 * @param customId the JSON string as it stands in the line
 * @param bodyStart position of the answer's first byte in the line; -1 if there is none
 * @param code of a request without an answer; empty if there is an answer
 * @param errorType type of Anthropic's error object
 */
record MessageResultHead(byte[] customId, int bodyStart, String code, String errorType, String message) {
    /** Reads a line up to the answer's first byte. */
    static MessageResultHead ofAnswer(byte[] buffer, int start, int length) throws IOException {
        Reading reading = new Reading(buffer, start);
        try (JsonParser json = StrictJson.ENCLOSING_FACTORY.createParser(buffer, start, length)) {
            reading.line(json, true);
        }
        if (reading.bodyStart < 0) {
            throw new IOException("a line of the output file has no answer");
        }
        return reading.head();
    }

    /** Reads a line of an error, which may be cut off: what was found before then counts. */
    static MessageResultHead ofError(byte[] buffer, int start, int length) throws IOException {
        Reading reading = new Reading(buffer, start);
        try (JsonParser json = StrictJson.ENCLOSING_FACTORY.createParser(buffer, start, length)) {
            reading.line(json, false);
        } catch (IOException cutOff) {
            if (reading.bodyStart < 0) {
                throw cutOff;
            }
        }
        return reading.head();
    }

    /** One pass over a line. */
    private static final class Reading {
        private final byte[] buffer;
        private final int start;
        private byte[] customId = "null".getBytes(StandardCharsets.ISO_8859_1);
        private int bodyStart = -1;
        private int status;
        private String code = "";
        private String type = "";
        private String message = "The model's answer is not a message.";
        private boolean ofAnthropic;

        Reading(byte[] buffer, int start) {
            this.buffer = buffer;
            this.start = start;
        }

        void line(JsonParser json, boolean upToBody) throws IOException {
            json.nextToken();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("custom_id") && value == JsonToken.VALUE_STRING) {
                    int from = start + (int) json.currentTokenLocation().getByteOffset();
                    json.finishToken();
                    customId = Arrays.copyOfRange(
                            buffer, from, start + (int) json.currentLocation().getByteOffset());
                } else if (name.equals("response") && value == JsonToken.START_OBJECT) {
                    response(json, upToBody);
                    if (upToBody) {
                        return;
                    }
                } else if (name.equals("error") && value == JsonToken.START_OBJECT) {
                    error(json, true);
                }
                json.skipChildren();
            }
        }

        private void response(JsonParser json, boolean upToBody) throws IOException {
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("status_code") && value == JsonToken.VALUE_NUMBER_INT) {
                    status = json.getIntValue();
                } else if (name.equals("body")) {
                    bodyStart = (int) json.currentTokenLocation().getByteOffset();
                    if (upToBody) {
                        return;
                    }
                    if (value == JsonToken.START_OBJECT) {
                        body(json);
                    }
                }
                json.skipChildren();
            }
        }

        /** Reads a model's error: Anthropic's envelope, OpenAI's, or an object with a message. */
        private void body(JsonParser json) throws IOException {
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                    ofAnthropic = json.getText().equals("error");
                } else if (name.equals("error") && value == JsonToken.START_OBJECT) {
                    error(json, false);
                } else if ((name.equals("error") || name.equals("message")) && value == JsonToken.VALUE_STRING) {
                    message = json.getText();
                }
                json.skipChildren();
            }
        }

        private void error(JsonParser json, boolean ofGateway) throws IOException {
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                boolean text = json.nextToken() == JsonToken.VALUE_STRING;
                if (text && name.equals("message")) {
                    message = json.getText();
                } else if (text && name.equals("type")) {
                    type = json.getText();
                } else if (text && ofGateway && name.equals("code")) {
                    code = json.getText();
                }
                json.skipChildren();
            }
        }

        MessageResultHead head() {
            return new MessageResultHead(customId, bodyStart, code, errorType(), message);
        }

        private String errorType() {
            if (ofAnthropic && !type.isEmpty()) {
                return type;
            }
            return switch (code) {
                case "" -> MessageOutcome.typeOfStatus(status);
                case "model_not_found" -> "not_found_error";
                case "request_timeout" -> "timeout_error";
                default -> "api_error";
            };
        }
    }
}
