package io.backfill.results;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the lines of an output or error file as the results of a batch of Anthropic's dialect. A model's message is passed through
 * byte for byte in pieces, so memory does not depend on its size; of an error, at most 256 KB are read. Not thread-safe.
 */
public final class MessageResultLines {
    private static final int BUFFER = 256 * 1024;
    static final byte[] CUSTOM_ID = ascii("{\"custom_id\":");
    private static final byte[] SUCCEEDED = ascii(",\"result\":{\"type\":\"succeeded\",\"message\":");
    private static final byte[] END = ascii("}}\n");
    private static final byte[] NO_MORE = {};

    private final InputStream in;
    private final ResultKind kind;
    private final byte[] buffer = new byte[BUFFER];
    private int start;
    private int end;
    private boolean ended;
    private boolean inMessage;

    /** @param kind the file that {@code in} is */
    public MessageResultLines(InputStream in, ResultKind kind) {
        this.in = in;
        this.kind = kind;
    }

    /** Returns the next piece, or an empty array after the last line. */
    public byte[] next() throws IOException {
        if (inMessage) {
            return message();
        }
        if (newline() < 0) {
            fill();
        }
        if (start == end) {
            return NO_MORE;
        }
        return kind == ResultKind.OUTPUT ? head() : error();
    }

    /** Fills the buffer, so that it holds the beginning of a line. */
    private void fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        while (end < buffer.length && !ended) {
            int read = in.read(buffer, end, buffer.length - end);
            ended = read < 0;
            end += Math.max(0, read);
        }
    }

    private byte[] head() throws IOException {
        MessageResultHead head = MessageResultHead.ofAnswer(buffer, start, end - start);
        start += head.bodyStart();
        inMessage = true;
        return joined(CUSTOM_ID, head.customId(), SUCCEEDED);
    }

    /** Returns the next bytes of a message. The end of the line that belongs to the envelope is held back and replaced. */
    private byte[] message() throws IOException {
        int newline = newline();
        if (newline < 0 && end - start <= buffer.length / 2) {
            fill();
            newline = newline();
        }
        if (newline < 0) {
            if (ended) {
                throw new IOException("the output file ends within a line");
            }
            byte[] piece = Arrays.copyOfRange(buffer, start, end - ResultLine.AFTER_BODY);
            start = end - ResultLine.AFTER_BODY;
            return piece;
        }
        byte[] last = joined(Arrays.copyOfRange(buffer, start, newline + 1 - ResultLine.AFTER_BODY), END);
        start = newline + 1;
        inMessage = false;
        return last;
    }

    private byte[] error() throws IOException {
        int newline = newline();
        MessageResultHead head = MessageResultHead.ofError(buffer, start, (newline < 0 ? end : newline) - start);
        while (newline < 0 && !ended) {
            start = end;
            fill();
            newline = newline();
        }
        start = newline < 0 ? end : newline + 1;
        MessageOutcome outcome = switch (head.code()) {
            case "batch_cancelled", "batch_settled" -> MessageOutcome.CANCELED;
            case "batch_expired" -> MessageOutcome.EXPIRED;
            default -> MessageOutcome.errored(head.errorType(), head.message());
        };
        return outcome.line(head.customId());
    }

    private int newline() {
        for (int i = start; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static byte[] joined(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
