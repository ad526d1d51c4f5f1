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
 * A model's answer in the form in which it is embedded in a result line: one JSON object on one line. An answer that is a JSON
 * object keeps every byte, except that CR and LF between tokens become spaces and a leading byte order mark is removed. Any other
 * answer is wrapped in an error object that quotes its beginning.
 *
 * @param json the answer; if it is in a spool, its line ends are not replaced yet
 * @param wrapped whether the model's bytes were not one complete UTF-8 JSON object, or the answer counts as a failure for another
 *     reason
 * @param usage token counts of its {@code usage}; zeros if absent
 */
public record AnswerBody(Answer json, boolean wrapped, Usage usage) {
    /** Maximum number of bytes that are quoted of a wrapped answer. */
    static final int QUOTED_BYTES = 4096;

    /** Creates the body from {@code answer}, whose array may be modified. */
    public static AnswerBody of(byte[] answer, String contentType) {
        return inMemory(answer, new AnswerHead(200, contentType, Optional.empty()));
    }

    /**
     * Creates the body from {@code answer} and takes ownership of it: the answer becomes part of the body or is closed.
     *
     * @throws IOException if a spool cannot be read; the answer is then closed
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
     * @throws IOException if a spool cannot be read
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

    /** Returns the same answer as a failure, which goes to the error file. */
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
                // valid JSON has line ends only between tokens
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
                // scanning a large answer takes a tenth of a second: yield to the calls that share the processor
                Thread.yield();
            }
        }
        return finder.usage();
    }

    /** @param beginning the whole answer, or a part that is longer than the quote */
    private static AnswerBody wrapped(byte[] beginning, AnswerHead head) {
        return new AnswerBody(
                Answer.of(wrap(head.introduction(beginning.length == 0) + quote(beginning))), true, Usage.NONE);
    }

    /** Returns the usage in one complete JSON object; empty if the bytes are not one. */
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

    /** Returns the usage in a complete result line; empty if the bytes are damaged, for example by a crash of the machine. */
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

    /** Reads to its end the object whose opening brace is the current token. */
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

    /** Returns a token count, or -1 for a value that is not a valid count. */
    private static long count(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            json.skipChildren();
            return -1;
        }
        return json.getTextLength() > UsageParts.LONGEST_COUNT ? -1 : Math.max(-1, json.getLongValue());
    }

    private static String quote(byte[] answer) {
        int quoted = Math.min(answer.length, QUOTED_BYTES);
        // do not cut a character in half
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
