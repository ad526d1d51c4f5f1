package io.backfill.ids;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The id of one line of a batch: {@code batch_req_}, 24 hex digits of the batch, 8 hex digits of the line's number. It is the
 * result line's {@code id} and the call's {@code X-Request-Id}, the same for every attempt and on every node, so that a
 * backend can deduplicate and a log can be read back without parsing.
 */
public final class LineId {
    public static final String PREFIX = "batch_req_";
    /** Characters in a line id. */
    public static final int LENGTH = PREFIX.length() + 32;

    private LineId() {}

    /** The id of physical line {@code line} (from 1) of {@code batch}. */
    public static String of(BatchId batch, int line) {
        return PREFIX
                + batch.value().substring(BatchId.PREFIX.length(), BatchId.PREFIX.length() + 24)
                + HexFormat.of().toHexDigits(line);
    }

    /** The line number in the id that begins at {@code from} in {@code bytes}, or -1 when those bytes are no line id. */
    public static int lineAt(byte[] bytes, int from) {
        if (bytes.length - from < LENGTH) {
            return -1;
        }
        String id = new String(bytes, from, LENGTH, StandardCharsets.ISO_8859_1);
        if (!TimeOrderedHex.matches(PREFIX, id)) {
            return -1;
        }
        return HexFormat.fromHexDigits(id, LENGTH - 8, LENGTH);
    }
}
