package io.backfill.dispatch.http;

import io.backfill.admission.ByteGrant;

/**
 * How much of an answer a call may keep in memory, according to its grant.
 *
 * @param requestBytes the part of the grant that the body of the request uses
 */
record AnswerAllowance(ByteGrant grant, long requestBytes) {
    /**
     * Number of copies of an answer that are in memory at the same time: the answer and its result line, or the result line and the S3
     * object that contains it.
     */
    static final int COPIES = 2;

    /** Returns the size of the largest answer that fits into the grant without growing it. */
    long left() {
        return (grant.bytes() - requestBytes) / COPIES;
    }

    /** Makes room for an answer of {@code bytes}. Returns false if the answer must not be kept in memory. */
    boolean allows(long bytes) {
        long missing = requestBytes + COPIES * bytes - grant.bytes();
        return missing <= 0 || grant.tryGrow(missing);
    }
}
