package io.backfill.plan;

import io.backfill.requests.PromptBytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;

/**
 * A prompt as a chain of 64-bit hashes, one per whole block of {@value #BLOCK_BYTES} bytes: two prompts share their first n blocks
 * exactly when their n-th hashes are equal. The prompt is the raw JSON of tools, instructions and conversation, in the order in which
 * engines render them, so no text is decoded and any shape of content is covered. The chain is that of llm-d's approximate prefix
 * index, with 64 tokens of 4 bytes to a block. Has a buffer of its own: not thread-safe.
 */
public final class PrefixChain {
    /** 64 tokens of about 4 bytes. */
    public static final int BLOCK_BYTES = 256;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER_A = 0xa0761d6478bd642fL;
    private static final long MULTIPLIER_B = 0xe7037ed1a0b428dbL;
    private static final long MULTIPLIER_C = 0x8ebc6af09c88c6e3L;
    private static final long MULTIPLIER_D = 0x589965cc75374cc3L;

    /** A block that lies in two members of the body is put together here. */
    private final byte[] seam = new byte[BLOCK_BYTES];

    private long hash;
    private int inSeam;

    /**
     * Gives the hashes of a prompt to {@code blocks}, first block first.
     *
     * @param base where the positions of {@code prompt} count from
     * @return the hash of the whole prompt, with what is left behind the last whole block
     */
    public long hash(byte[] bytes, int base, PromptBytes prompt, LongConsumer blocks) {
        hash = prompt.saltLength() == 0 ? 0 : hash(bytes, base + prompt.saltStart(), prompt.saltLength(), MULTIPLIER_B);
        inSeam = 0;
        add(bytes, base + prompt.toolsStart(), prompt.toolsLength(), blocks);
        add(bytes, base + prompt.instructionsStart(), prompt.instructionsLength(), blocks);
        add(bytes, base + prompt.conversationStart(), prompt.conversationLength(), blocks);
        return hash(seam, 0, inSeam, hash);
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
            hash = hash(seam, 0, BLOCK_BYTES, hash);
            blocks.accept(hash);
        }
        for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
            hash = hash(bytes, at, BLOCK_BYTES, hash);
            blocks.accept(hash);
        }
        inSeam = end - at;
        System.arraycopy(bytes, at, seam, 0, inSeam);
    }

    /** Multiply and fold, in two lanes of 16 bytes, so that one multiplication need not wait for the other. */
    private static long hash(byte[] bytes, int from, int length, long seed) {
        // other constants than those of the first factors: the product must know which bytes were which
        long one = seed ^ MULTIPLIER_C;
        long two = seed ^ MULTIPLIER_D;
        int at = from;
        int end = from + length;
        for (int limit = end - 31; at < limit; at += 32) {
            one = fold(word(bytes, at) ^ MULTIPLIER_A, word(bytes, at + 8) ^ one);
            two = fold(word(bytes, at + 16) ^ MULTIPLIER_B, word(bytes, at + 24) ^ two);
        }
        long hash = fold(one, two);
        for (; at < end; at++) {
            hash = fold(bytes[at] ^ MULTIPLIER_B, hash);
        }
        return fold(hash ^ MULTIPLIER_A, length ^ MULTIPLIER_B);
    }

    private static long word(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** The factors go in once more: a factor of zero must not swallow the other. */
    private static long fold(long one, long other) {
        return (one * other) ^ Math.multiplyHigh(one, other) ^ one ^ other;
    }
}
