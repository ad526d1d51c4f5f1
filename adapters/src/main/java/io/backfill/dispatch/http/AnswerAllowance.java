package io.backfill.dispatch.http;

import io.backfill.admission.ByteGrant;

/**
 * How much of an answer a call may keep in memory, by its grant.
 *
 * @param requestBytes of the grant that the request's body takes
 */
record AnswerAllowance(ByteGrant grant, long requestBytes) {
    /**
     * Arrays of an answer that are in memory at once: the one that was read and the result line made of it, or the line and the S3
     * object that it is written in.
     */
    static final int COPIES = 2;

    /** The largest answer that the grant has room for as it is. */
    long left() {
        return (grant.bytes() - requestBytes) / COPIES;
    }

    /** Makes room for an answer of {@code bytes}; false when it has to go elsewhere. */
    boolean allows(long bytes) {
        long missing = requestBytes + COPIES * bytes - grant.bytes();
        return missing <= 0 || grant.tryGrow(missing);
    }
}
