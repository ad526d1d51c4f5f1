package io.backfill.admission;

/**
 * Memory that one call may hold: the body of its request and the buffered part of its answer. The gate acquires it together with
 * the call's turn, and the owner of the call releases it. Code in between may only change its size. Thread-safe.
 */
public interface ByteGrant {
    /**
     * Adds {@code bytes} to the grant. Never blocks.
     *
     * @return false if the node cannot give that many bytes now; the grant is then unchanged, and the caller must not hold more
     *     than {@link #bytes()}
     */
    boolean tryGrow(long bytes);

    /** Releases all but {@code bytes}. Does nothing if the grant is not larger. */
    void shrinkTo(long bytes);

    /** Returns the bytes that the call may hold now. */
    long bytes();
}
