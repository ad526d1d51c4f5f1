package io.backfill.dispatch;

import java.io.IOException;

/**
 * The body of a call. It lies in the store until the call is admitted: a call that waits for its turn or for another attempt holds a
 * {@link LineBody}, which knows where the bytes are, and only the call that is sent holds {@link Loaded} ones.
 */
public sealed interface RequestBody permits RequestBody.Loaded, LineBody {
    /** Of the body, in bytes. */
    int length();

    /** Bytes of memory that {@link #load} takes. */
    long loadedBytes();

    /**
     * The body's bytes.
     *
     * @throws IOException when the store does not give them
     */
    Loaded load() throws IOException;

    /**
     * Chained hashes of the first blocks of its prompt, see {@link io.backfill.plan.PrefixChain}; empty where they are not known.
     * The array is shared: it must not be changed.
     */
    long[] prefix();

    /**
     * A body in memory: a range of a larger array, as it stood in the input. It goes out byte for byte.
     *
     * @param start of the body in {@code buffer}
     */
    record Loaded(byte[] buffer, int start, int length) implements RequestBody {
        @Override
        public long loadedBytes() {
            return buffer.length;
        }

        @Override
        public Loaded load() {
            return this;
        }

        @Override
        public long[] prefix() {
            return PromptPrefix.of(buffer, start, length);
        }
    }
}
