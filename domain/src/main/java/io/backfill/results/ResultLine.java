package io.backfill.results;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.backfill.answers.Answer;
import io.backfill.batches.Usage;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import java.nio.charset.StandardCharsets;

/**
 * One complete line of a result file, including its LF. A line around a large answer holds a spool, so it must be closed once it
 * is in the log. All lines begin with {@code {"id":"batch_req_…"}, so the number of the request line can be read at a fixed
 * position.
 *
 * @param line physical line number of the request
 * @param usage tokens to count for the line; zeros for an error
 */
public record ResultLine(int line, ResultKind kind, LineContent content, Usage usage) implements AutoCloseable {
    private static final byte[] HEAD = ascii("{\"id\":\"");
    private static final byte[] CUSTOM_ID = ascii("\",\"custom_id\":");
    private static final byte[] STATUS = ascii(",\"response\":{\"status_code\":");
    private static final byte[] REQUEST_ID = ascii(",\"request_id\":\"");
    private static final byte[] BODY = ascii("\",\"body\":");
    private static final byte[] ANSWERED = ascii("},\"error\":null}\n");
    /** Number of bytes of an answered line behind the answer, with its LF. */
    static final int AFTER_BODY = ANSWERED.length;

    private static final byte[] CODE = ascii(",\"response\":null,\"error\":{\"code\":\"");
    private static final byte[] MESSAGE = ascii("\",\"message\":\"");
    private static final byte[] FAILED = ascii("\"}}\n");

    /** Creates a line in memory. */
    public ResultLine(int line, ResultKind kind, byte[] bytes, Usage usage) {
        this(line, kind, new LineContent.Whole(bytes), usage);
    }

    /**
     * Returns the line for an HTTP answer. It is a success if the status is 2xx and the body is the model's own JSON object.
     *
     * @param customId the id's JSON string as in the input, including quotes
     */
    public static ResultLine answered(
            BatchId batch, int line, byte[] customId, int status, String requestId, AnswerBody body) {
        boolean success = status >= 200 && status < 300 && !body.wrapped();
        byte[] id = ascii(LineId.of(batch, line));
        byte[] statusText = ascii(Integer.toString(status));
        byte[] escapedRequestId = quoted(requestId);
        Pieces before =
                new Pieces(HEAD, id, CUSTOM_ID, customId, STATUS, statusText, REQUEST_ID, escapedRequestId, BODY);
        return new ResultLine(
                line,
                success ? ResultKind.OUTPUT : ResultKind.ERROR,
                switch (body.json()) {
                    case Answer.InMemory(byte[] json) -> new LineContent.Whole(before.joined(json, ANSWERED));
                    case Answer.Spooled json -> new LineContent.Around(before.joined(), json, ANSWERED);
                },
                success ? body.usage() : Usage.NONE);
    }

    /** Returns the line for a request without an HTTP answer: {@code response} is null and the error contains the reason. */
    public static ResultLine failed(BatchId batch, int line, byte[] customId, String code, String message) {
        Pieces pieces = new Pieces(
                HEAD,
                ascii(LineId.of(batch, line)),
                CUSTOM_ID,
                customId,
                CODE,
                ascii(code),
                MESSAGE,
                quoted(message),
                FAILED);
        return new ResultLine(line, ResultKind.ERROR, pieces.joined(), Usage.NONE);
    }

    /** Returns the length of the line in bytes. */
    public long length() {
        return content.length();
    }

    /** Returns the bytes of a line that is in memory. */
    public byte[] bytes() {
        return switch (content) {
            case LineContent.Whole(byte[] bytes) -> bytes;
            case LineContent.Around _ -> throw new IllegalStateException("line " + line + " is in a spool");
        };
    }

    /** Removes the spool of a large answer. Idempotent. Does not throw. */
    @Override
    public void close() {
        content.close();
    }

    /** Returns the line number in the result line that begins at {@code start}, or -1 if there is no result line at that position. */
    public static int lineAt(byte[] bytes, int start) {
        return LineId.lineAt(bytes, start + HEAD.length);
    }

    /** Quotes a text. An unpaired surrogate becomes a question mark; quoting directly to UTF-8 would throw. */
    private static byte[] quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private record Pieces(byte[]... all) {
        /** Returns these pieces followed by {@code more} in one array. */
        byte[] joined(byte[]... more) {
            byte[] line = new byte[length(all) + length(more)];
            put(more, line, put(all, line, 0));
            return line;
        }

        private static int length(byte[][] pieces) {
            int length = 0;
            for (byte[] piece : pieces) {
                length += piece.length;
            }
            return length;
        }

        private static int put(byte[][] pieces, byte[] line, int start) {
            int at = start;
            for (byte[] piece : pieces) {
                System.arraycopy(piece, 0, line, at, piece.length);
                at += piece.length;
            }
            return at;
        }
    }
}
