package io.backfill.plan;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.backfill.requests.PromptBytes;
import java.util.function.LongConsumer;

/**
 * Computes a prompt's chain of 64-bit hashes, one per whole block of {@value #BLOCK_BYTES} bytes: two prompts share their first n
 * blocks exactly when their n-th hashes are equal. The prompt is the raw JSON of tools, instructions and conversation, in the
 * order in which engines render them, so no text is decoded and content of any shape is covered. The chain is that of llm-d's
 * approximate prefix index, with 64 tokens of 4 bytes per block. Not thread-safe, because it reuses a buffer.
 */
public final class PrefixChain {
    /** 64 tokens of about 4 bytes. */
    public static final int BLOCK_BYTES = 256;

    /** Its values are kept in memory only, so a later version may use another. */
    private static final Hasher64 HASHER = Hashing.komihash5_0();

    /** Buffer for a block that spans two members of the body. */
    private final byte[] seam = new byte[BLOCK_BYTES];

    private long hash;
    private int inSeam;

    /**
     * Passes the hashes of a prompt to {@code blocks}, first block first.
     *
     * @param base offset that the positions in {@code prompt} are relative to
     * @return hash of the whole prompt, including the bytes after the last whole block
     */
    public long hash(byte[] bytes, int base, PromptBytes prompt, LongConsumer blocks) {
        hash = prompt.saltLength() == 0
                ? 0
                : HASHER.hashBytesToLong(bytes, base + prompt.saltStart(), prompt.saltLength());
        inSeam = 0;
        add(bytes, base + prompt.toolsStart(), prompt.toolsLength(), blocks);
        add(bytes, base + prompt.instructionsStart(), prompt.instructionsLength(), blocks);
        add(bytes, base + prompt.conversationStart(), prompt.conversationLength(), blocks);
        return chained(seam, 0, inSeam);
    }

    private void add(byte[] bytes, int from, int length, LongConsumer blocks) {
        int at = from;
        int end = from + length;
        if (inSeam > 0) {
            int taken = Math.min(BLOCK_BYTES - inSeam, length);
            System.arraycopy(bytes, at, seam, inSeam, taken);
            at += taken;
            inSeam += taken;
            if (inSeam < BLOCK_BYTES) {
                return;
            }
            hash = chained(seam, 0, BLOCK_BYTES);
            blocks.accept(hash);
        }
        for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
            hash = chained(bytes, at, BLOCK_BYTES);
            blocks.accept(hash);
        }
        inSeam = end - at;
        System.arraycopy(bytes, at, seam, 0, inSeam);
    }

    private long chained(byte[] bytes, int from, int length) {
        return HASHER.hashLongLongToLong(hash, HASHER.hashBytesToLong(bytes, from, length));
    }
}
