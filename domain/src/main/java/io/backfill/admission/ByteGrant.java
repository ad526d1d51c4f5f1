package io.backfill.admission;

/**
 * Memory that one call may hold: its request's body and what it buffers of the answer. Acquired by the gate together with the call's
 * turn and released by the owner of the call; whoever holds the call in between may only change its size. Thread-safe.
 */
public interface ByteGrant {
    /** Any number of bytes; for tests, and where no budget applies. */
    ByteGrant UNLIMITED = new ByteGrant() {
        @Override
        public boolean tryGrow(long bytes) {
            return true;
        }

        @Override
        public void shrinkTo(long bytes) {
            // it has no size
        }

        @Override
        public long bytes() {
            return Long.MAX_VALUE;
        }
    };

    /**
     * Adds {@code bytes} to the grant. Never blocks.
     *
     * @return false when the node has not that many to give now; the grant is unchanged then, and the caller must not hold more than
     *     {@link #bytes()}
     */
    boolean tryGrow(long bytes);

    /** Gives back all but {@code bytes}. Does nothing when the grant is not larger. */
    void shrinkTo(long bytes);

    /** Bytes that the call may hold now. */
    long bytes();
}
