package io.backfill.simulator.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * One megabyte of packed entries: two times, status, note, path, model, SHA-256, the request id with its hexadecimal
 * tail in half the bytes, and the recorded headers. Not thread-safe: guarded by the {@link Ledger}.
 */
final class Chunk {
    private static final int SIZE = 1 << 20;
    private static final int FIXED = 8 + 8 + 2 + 2 + 2 + 2 + 32 + 1 + 1 + 2;
    private static final int MAX_ID = 255;
    private static final int MAX_HEADERS = 32 << 10;
    private static final HexFormat HEX = HexFormat.of();

    private final ByteBuffer bytes;

    Chunk() {
        this(ByteBuffer.allocate(SIZE));
    }

    private Chunk(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Returns the position of the new entry, or -1 if this chunk is full. */
    int append(long received, int path, int model, byte[] sha256, String requestId, byte[] headers) {
        String id = requestId.length() > MAX_ID ? requestId.substring(0, MAX_ID) : requestId;
        int hexDigits = hexTail(id);
        byte[] prefix = id.substring(0, id.length() - hexDigits).getBytes(UTF_8);
        int prefixLength = Math.min(prefix.length, MAX_ID);
        int headersLength = headers.length > MAX_HEADERS ? 0 : headers.length;
        if (bytes.remaining() < FIXED + prefixLength + hexDigits / 2 + headersLength) {
            return -1;
        }
        int at = bytes.position();
        bytes.putLong(received).putLong(0).putShort((short) 0).putShort((short) 0);
        bytes.putShort((short) path).putShort((short) model).put(sha256);
        bytes.put((byte) prefixLength).put((byte) (hexDigits / 2)).putShort((short) headersLength);
        bytes.put(prefix, 0, prefixLength);
        for (int i = id.length() - hexDigits; i < id.length(); i += 2) {
            bytes.put((byte) (HexFormat.fromHexDigit(id.charAt(i)) << 4 | HexFormat.fromHexDigit(id.charAt(i + 1))));
        }
        bytes.put(headers, 0, headersLength);
        return at;
    }

    void settle(int at, long answered, int status, int note) {
        bytes.putLong(at + 8, answered).putShort(at + 16, (short) status).putShort(at + 18, (short) note);
    }

    /** Returns a copy that can be read without the ledger's lock, positioned at the first entry. */
    Chunk snapshot() {
        byte[] copy = new byte[bytes.position()];
        bytes.get(0, copy);
        return new Chunk(ByteBuffer.wrap(copy));
    }

    boolean hasNext() {
        return bytes.hasRemaining();
    }

    /** Reads the next entry of a snapshot. */
    PackedEntry next() {
        long received = bytes.getLong();
        long answered = bytes.getLong();
        int status = bytes.getShort();
        int note = Short.toUnsignedInt(bytes.getShort());
        int path = Short.toUnsignedInt(bytes.getShort());
        int model = Short.toUnsignedInt(bytes.getShort());
        byte[] sha256 = take(32);
        int prefixLength = Byte.toUnsignedInt(bytes.get());
        int packedLength = Byte.toUnsignedInt(bytes.get());
        int headersLength = Short.toUnsignedInt(bytes.getShort());
        String requestId = new String(take(prefixLength), UTF_8) + HEX.formatHex(take(packedLength));
        return new PackedEntry(received, answered, status, note, path, model, sha256, requestId, take(headersLength));
    }

    /**
     * Returns how many characters at the end of an id are lower-case hexadecimal digits, rounded down to whole bytes.
     */
    private static int hexTail(String id) {
        int digits = 0;
        while (digits < id.length() && isLowerHex(id.charAt(id.length() - 1 - digits))) {
            digits++;
        }
        return digits & ~1;
    }

    private static boolean isLowerHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private byte[] take(int count) {
        byte[] taken = new byte[count];
        bytes.get(taken);
        return taken;
    }

    /** An entry with the numbers of its {@link Names}. Times and status are 0 if absent. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and short-lived
    record PackedEntry(
            long received,
            long answered,
            int status,
            int note,
            int path,
            int model,
            byte[] sha256,
            String requestId,
            byte[] headers) {}
}
