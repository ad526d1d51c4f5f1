package io.backfill.files.s3;

import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** An answer that is still being received. */
final class S3Answer implements AutoCloseable {
    private final ResponseInputStream<GetObjectResponse> answer;
    private long left;

    S3Answer(ResponseInputStream<GetObjectResponse> answer) {
        this.answer = answer;
        this.left = answer.response().contentLength();
    }

    int read(byte[] into, int offset, int length) throws IOException {
        try {
            int count = answer.read(into, offset, length);
            left -= Math.max(count, 0);
            return count;
        } catch (SdkException e) {
            throw new IOException("the answer from S3 broke off: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        if (left > 0) {
            // close() would first read all remaining bytes, possibly gigabytes
            answer.abort();
        } else {
            answer.close();
        }
    }
}
