package io.backfill.ids;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * The id of one line of a batch: {@code batch_req_}, 24 hex digits of the batch and 8 hex digits of the line number. It is both
 * the result line's {@code id} and the call's {@code X-Request-Id}. It is the same for every attempt and on every node, so that a
 * model server can deduplicate calls and a log can be read back without parsing its lines.
 */
public final class LineId {
    public static final String PREFIX = "batch_req_";
    /** Length of a line id in characters. */
    public static final int LENGTH = PREFIX.length() + 32;

    private LineId() {}

    /** Returns the id of physical line {@code line}, counted from 1, of {@code batch}. */
    public static String of(BatchId batch, int line) {
        return PREFIX
                + batch.value().substring(BatchId.PREFIX.length(), BatchId.PREFIX.length() + 24)
                + HexFormat.of().toHexDigits(line);
    }

    /**
     * Returns the line number in the id that starts at {@code from} in {@code bytes}, or -1 if there is no line id at that
     * position.
     */
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
