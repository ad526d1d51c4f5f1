package io.backfill.results;

/** The UTF-8 byte order mark, which RFC 8259 lets a reader ignore. */
final class ByteOrderMark {
    static final int LENGTH = 3;

    private ByteOrderMark() {}

    static boolean begins(byte[] bytes) {
        return bytes.length >= LENGTH && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
    }
}
