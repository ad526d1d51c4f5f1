package io.backfill.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.requests.StrictJson;
import io.backfill.requests.StrictUtf8;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A model's answer, ready to stand in a result line: one JSON object on one line. An answer that is one already keeps every byte,
 * but CR and LF between tokens become spaces and a byte order mark in front is left out; anything else is wrapped into an error
 * object that quotes its beginning.
 *
 * @param json for one that is in a spool the line ends are still there
 * @param wrapped the model's bytes were not one complete UTF-8 JSON object, or count as a failure otherwise
 * @param usage what its {@code usage} says; zeros where it says nothing
 */
public record AnswerBody(Answer json, boolean wrapped, Usage usage) {
    /** How much of an answer that had to be wrapped is quoted. */
    static final int QUOTED_BYTES = 4096;

    /** Makes the body of {@code answer}, whose array may be changed. */
    public static AnswerBody of(byte[] answer, String contentType) {
        return inMemory(answer, new AnswerHead(200, contentType, Optional.empty()));
    }

    /**
     * Makes the body of {@code answer}, which is used up: it is part of the body, or closed.
     *
     * @throws IOException when a spool cannot be read; the answer is closed then
     */
    public static AnswerBody of(Answer answer, AnswerHead head) throws IOException {
        return switch (answer) {
            case Answer.InMemory(byte[] bytes) -> inMemory(bytes, head);
            case Answer.Spooled spooled -> {
                boolean kept = false;
                try {
                    AnswerBody body = spooled(spooled, head);
                    kept = !body.wrapped();
                    yield body;
                } finally {
                    if (!kept) {
                        spooled.close();
                    }
                }
            }
        };
    }

    /**
     * Whether the model's answer is an object whose only member is {@code error}, an object.
     *
     * @throws IOException when a spool cannot be read
     */
    public boolean isErrorObject() throws IOException {
        if (wrapped) {
            return false;
        }
        try (InputStream in = json.open();
                JsonParser parser = StrictJson.FACTORY.createParser(in)) {
            parser.nextToken();
            if (!"error".equals(parser.nextFieldName()) || parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == JsonToken.END_OBJECT;
        }
    }

    /** The same answer, to stand in the error file. */
    public AnswerBody asFailure() {
        return new AnswerBody(json, true, Usage.NONE);
    }

    private static AnswerBody inMemory(byte[] answer, AnswerHead head) {
        byte[] json =
                ByteOrderMark.begins(answer) ? Arrays.copyOfRange(answer, ByteOrderMark.LENGTH, answer.length) : answer;
        Optional<Usage> usage = head.isEventStream() ? Optional.empty() : usageOfObject(json);
        if (usage.isEmpty()) {
            return wrapped(answer, head);
        }
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\n' || json[i] == '\r') {
                // legal JSON has them between tokens only
                json[i] = ' ';
            }
        }
        return new AnswerBody(Answer.of(json), false, usage.get());
    }

    private static AnswerBody spooled(Answer.Spooled answer, AnswerHead head) throws IOException {
        byte[] beginning = answer.head(QUOTED_BYTES + 1);
        Answer.Spooled json = new Answer.Spooled(
                answer.spool(), answer.start() + (ByteOrderMark.begins(beginning) ? ByteOrderMark.LENGTH : 0));
        Optional<Usage> usage = head.isEventStream() ? Optional.empty() : usageOfSpool(json);
        return usage.isEmpty() ? wrapped(beginning, head) : new AnswerBody(json, false, usage.get());
    }

    private static Optional<Usage> usageOfSpool(Answer.Spooled json) throws IOException {
        UsageFinder finder = UsageFinder.inAnswer();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = json.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                finder.take(buffer, 0, read);
                // a large answer takes a tenth of a second; the calls that share its processor go in between
                Thread.yield();
            }
        }
        return finder.usage();
    }

    /** @param beginning the whole answer, or more of it than is quoted */
    private static AnswerBody wrapped(byte[] beginning, AnswerHead head) {
        return new AnswerBody(
                Answer.of(wrap(head.introduction(beginning.length == 0) + quote(beginning))), true, Usage.NONE);
    }

    /** The usage in one complete JSON object; empty when the bytes are not one. */
    static Optional<Usage> usageOfObject(byte[] bytes) {
        if (!StrictUtf8.valid(bytes, 0, bytes.length)) {
            return Optional.empty();
        }
        try (JsonParser json = StrictJson.FACTORY.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Usage usage = usageAt(json);
            return json.nextToken() == null ? Optional.of(usage) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    /** The usage in a whole result line of ours; empty when a crash of the machine left something else there. */
    static Optional<Usage> usageOfLine(byte[] line, int start, int length) {
        if (!StrictUtf8.valid(line, start, length)) {
            return Optional.empty();
        }
        Usage usage = Usage.NONE;
        try (JsonParser json = StrictJson.ENCLOSING_FACTORY.createParser(line, start, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (name.equals("response") && value == JsonToken.START_OBJECT) {
                    usage = usageOfResponse(json);
                } else {
                    json.skipChildren();
                }
            }
            return json.nextToken() == null ? Optional.of(usage) : Optional.empty();
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    private static Usage usageOfResponse(JsonParser json) throws IOException {
        Usage usage = Usage.NONE;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals("body") && value == JsonToken.START_OBJECT) {
                usage = usageAt(json);
            } else {
                json.skipChildren();
            }
        }
        return usage;
    }

    /** Reads the object whose opening brace is the current token to its end. */
    private static Usage usageAt(JsonParser json) throws IOException {
        Usage usage = Usage.NONE;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals("usage") && value == JsonToken.START_OBJECT) {
                usage = readUsage(json);
            } else {
                json.skipChildren();
            }
        }
        return usage;
    }

    private static Usage readUsage(JsonParser json) throws IOException {
        UsageParts parts = new UsageParts();
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            String detail = UsageParts.detailOf(name);
            if (UsageParts.isCount(name)) {
                parts.set(name, count(json));
            } else if (!detail.isEmpty()) {
                parts.set(detail, detail(json, detail));
            } else {
                json.skipChildren();
            }
        }
        return parts.usage();
    }

    private static long detail(JsonParser json, String wanted) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return 0;
        }
        long found = 0;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            if (name.equals(wanted)) {
                found = count(json);
            } else {
                json.skipChildren();
            }
        }
        return found;
    }

    /** A token count; -1 for anything that cannot be one. */
    private static long count(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return -1;
        }
        return json.getTextLength() > UsageParts.LONGEST_COUNT ? -1 : Math.max(-1, json.getLongValue());
    }

    private static String quote(byte[] answer) {
        int quoted = Math.min(answer.length, QUOTED_BYTES);
        // not in the middle of a character
        for (int i = 0; i < 3 && quoted > 0 && quoted < answer.length && (answer[quoted] & 0xC0) == 0x80; i++) {
            quoted--;
        }
        return new String(answer, 0, quoted, StandardCharsets.UTF_8);
    }

    private static byte[] wrap(String message) {
        String escaped = new String(JsonStringEncoder.getInstance().quoteAsString(message));
        return ("{\"error\":{\"message\":\"" + escaped + "\",\"type\":\"server_error\",\"param\":null,\"code\":null}}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
