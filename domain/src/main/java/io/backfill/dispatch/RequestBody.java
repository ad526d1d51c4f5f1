package io.backfill.dispatch;

import java.io.IOException;

/**
 * The body of a call. It stays in the store until the call is admitted. A call that waits for its turn or for a retry holds a
 * {@link LineBody}, which has the offsets of the bytes; only a call that is being sent holds a {@link Loaded} body.
 */
public sealed interface RequestBody permits RequestBody.Loaded, LineBody {
    /** Returns the length of the body in bytes. */
    int length();

    /** Returns the bytes of memory that {@link #load} takes. */
    long loadedBytes();

    /**
     * Returns the body in memory.
     *
     * @throws IOException if the store does not return it
     */
    Loaded load() throws IOException;

    /**
     * Returns the chained hashes of the first blocks of the prompt, see {@link io.backfill.plan.PrefixChain}; empty if they are not
     * known. The array is shared and must not be changed.
     */
    long[] prefix();

    /**
     * A body in memory: a range of a larger array, as it stood in the input. It is sent byte for byte.
     *
     * @param start start of the body in {@code buffer}
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
