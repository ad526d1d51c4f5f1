package io.backfill.api.multipart;

import java.io.ByteArrayInputStream;
import java.util.random.RandomGenerator;

/** Returns its bytes in pieces of random size, as a network does. */
final class DribblingStream extends ByteArrayInputStream {
    private final RandomGenerator random;
    private final int largestPiece;

    DribblingStream(byte[] bytes, int largestPiece, RandomGenerator random) {
        super(bytes);
        this.largestPiece = largestPiece;
        this.random = random;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(length, 1 + random.nextInt(largestPiece)));
    }
}
