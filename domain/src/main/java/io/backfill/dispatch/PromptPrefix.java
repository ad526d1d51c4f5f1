package io.backfill.dispatch;

import io.backfill.plan.PrefixChain;
import io.backfill.requests.PromptBytes;
import java.util.stream.LongStream;

/** What placement by prefix needs of a prompt, small enough to be kept while the call waits. */
final class PromptPrefix {
    /** Maximum number of bytes of a body to hash. The hashes take a thirty-second of that. */
    static final int LONGEST_BYTES = 64 << 10;

    static final long[] UNKNOWN = {};

    private PromptPrefix() {}

    /**
     * Returns the hashes of the whole blocks in the first {@value #LONGEST_BYTES} bytes of a body. The array may end after these
     * bytes.
     */
    static long[] of(byte[] buffer, int start, int length) {
        int read = Math.min(length, LONGEST_BYTES);
        LongStream.Builder blocks = LongStream.builder();
        PromptBytes prompt =
                read == length ? PromptBytes.ofBody(buffer, start, read) : PromptBytes.ofBodyHead(buffer, start, read);
        new PrefixChain().hash(buffer, start, prompt, blocks);
        return blocks.build().toArray();
    }
}
