package io.backfill.simulator.answers;

import io.backfill.simulator.http.Bytes;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * SHA-256 of a request body. Ids, times and the wording of an answer are derived from it, and the ledger records it.
 */
final class BodyDigest {
    private static final long FIRST_SECOND = 1_700_000_000L;
    private static final long SECONDS = 31_536_000L;
    private static final int ID_BYTES = 16;

    private final byte[] sha256;

    /** Keeps the array. */
    BodyDigest(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** Returns the 32 bytes, which must not be modified. */
    byte[] bytes() {
        return sha256;
    }

    String hex() {
        return HexFormat.of().formatHex(sha256);
    }

    long seed() {
        return ByteBuffer.wrap(sha256).getLong();
    }

    /** Returns a time in seconds that depends on the request only, so that equal requests get equal bytes. */
    long created() {
        return FIRST_SECOND + Long.remainderUnsigned(seed(), SECONDS);
    }

    /** Writes a JSON string: the prefix and the first half of the digest in hexadecimal. */
    void putId(Bytes out, String prefix) {
        out.put('"').text(prefix).hex(sha256, 0, ID_BYTES).put('"');
    }
}
