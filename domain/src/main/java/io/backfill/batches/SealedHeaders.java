package io.backfill.batches;

import java.util.Arrays;
import java.util.Objects;

/**
 * Headers captured from the create request, encrypted. {@link #NONE} if none were captured, and after the batch has ended.
 *
 * @param keyId id of the key that encrypts them
 */
public record SealedHeaders(String keyId, byte[] bytes) {
    public static final SealedHeaders NONE = new SealedHeaders("", new byte[0]);

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedHeaders that && keyId.equals(that.keyId) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(keyId, Arrays.hashCode(bytes));
    }

    @Override
    public String toString() {
        return "SealedHeaders[" + bytes.length + " bytes]";
    }
}
