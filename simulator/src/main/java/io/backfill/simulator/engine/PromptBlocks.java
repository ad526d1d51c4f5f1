package io.backfill.simulator.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The full blocks of a prompt as a chain of hashes: two prompts share their first n blocks exactly when their n-th
 * hashes are equal. A token is assumed to have four bytes, as in llm-d's endpoint picker.
 */
public final class PromptBlocks {
    public static final PromptBlocks NONE = new PromptBlocks(new long[0]);
    public static final int BYTES_PER_TOKEN = 4;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long[] hashes;

    private PromptBlocks(long[] hashes) {
        this.hashes = hashes;
    }

    /** Hashes the full blocks of the first {@code length} bytes. Different salts separate equal prompts. */
    public static PromptBlocks of(byte[] prompt, int length, int blockTokens, long salt) {
        int blockBytes = blockTokens * BYTES_PER_TOKEN;
        long[] hashes = new long[length / blockBytes];
        long hash = salt;
        for (int block = 0; block < hashes.length; block++) {
            int end = (block + 1) * blockBytes;
            for (int at = end - blockBytes; at < end; at += BYTES_PER_TOKEN) {
                hash = Mixing.mix(hash ^ (int) INTS.get(prompt, at));
            }
            hashes[block] = hash;
        }
        return new PromptBlocks(hashes);
    }

    public int count() {
        return hashes.length;
    }

    /** Returns the chain, which must not be modified. */
    long[] hashes() {
        return hashes;
    }
}
