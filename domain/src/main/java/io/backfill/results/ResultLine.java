package io.backfill.results;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.backfill.batches.Usage;
import io.backfill.ids.BatchId;
import io.backfill.ids.LineId;
import java.nio.charset.StandardCharsets;

/**
 * One whole line of a result file, its LF included. All lines begin {@code {"id":"batch_req_…"}, so the line they answer can be
 * read at a fixed place.
 *
 * @param line physical line number of the request
 * @param usage tokens to count for it; zeros for an error
 */
public record ResultLine(int line, ResultKind kind, byte[] bytes, Usage usage) {
    private static final byte[] HEAD = ascii("{\"id\":\"");
    private static final byte[] CUSTOM_ID = ascii("\",\"custom_id\":");
    private static final byte[] STATUS = ascii(",\"response\":{\"status_code\":");
    private static final byte[] REQUEST_ID = ascii(",\"request_id\":\"");
    private static final byte[] BODY = ascii("\",\"body\":");
    private static final byte[] ANSWERED = ascii("},\"error\":null}\n");
    private static final byte[] CODE = ascii(",\"response\":null,\"error\":{\"code\":\"");
    private static final byte[] MESSAGE = ascii("\",\"message\":\"");
    private static final byte[] FAILED = ascii("\"}}\n");

    /**
     * The line for an HTTP answer. It is a success when the status is 2xx and the body is the model's own JSON object.
     *
     * @param customId the id's JSON string as it stood in the input, quotes included
     */
    public static ResultLine answered(
            BatchId batch, int line, byte[] customId, int status, String requestId, AnswerBody body) {
        boolean success = status >= 200 && status < 300 && !body.wrapped();
        byte[] id = ascii(LineId.of(batch, line));
        byte[] statusText = ascii(Integer.toString(status));
        byte[] escapedRequestId = quoted(requestId);
        Pieces pieces = new Pieces(
                HEAD,
                id,
                CUSTOM_ID,
                customId,
                STATUS,
                statusText,
                REQUEST_ID,
                escapedRequestId,
                BODY,
                body.json(),
                ANSWERED);
        return new ResultLine(
                line,
                success ? ResultKind.OUTPUT : ResultKind.ERROR,
                pieces.joined(),
                success ? body.usage() : Usage.NONE);
    }

    /** The line for a request without an HTTP answer: {@code response} is null and the error says why. */
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

    /** The line number in the result line that begins at {@code start}, or -1 when it is no result line. */
    public static int lineAt(byte[] bytes, int start) {
        return LineId.lineAt(bytes, start + HEAD.length);
    }

    /** Half a surrogate pair becomes a question mark; quoting straight to UTF-8 would throw. */
    private static byte[] quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private record Pieces(byte[]... all) {
        byte[] joined() {
            int length = 0;
            for (byte[] piece : all) {
                length += piece.length;
            }
            byte[] line = new byte[length];
            int at = 0;
            for (byte[] piece : all) {
                System.arraycopy(piece, 0, line, at, piece.length);
                at += piece.length;
            }
            return line;
        }
    }
}
