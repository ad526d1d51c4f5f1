package io.backfill.plan;

import io.backfill.requests.Line;
import io.backfill.requests.PromptBytes;
import java.util.Arrays;

/**
 * The prompts of one model's lines as {@linkplain PrefixChain chains of hashes}: one step per whole block of
 * {@value PrefixChain#BLOCK_BYTES} bytes, and a last step for the whole prompt. Takes 8 bytes per block, 3.1 % of the prompts, and
 * 20 bytes per line. Growing does not copy hashes.
 */
final class PrefixKeys {
    /** Pieces of 128 KiB: G1 allocates a separate region for an array of half a region or more, which may be 512 KiB. */
    private static final int PIECE_BITS = 14;

    private static final int PIECE = 1 << PIECE_BITS;

    private long[][] pieces = new long[4][];
    private long used;
    private long[] starts = new long[64];
    private int[] counts = new int[64];
    private int lines;
    private final PrefixChain chain = new PrefixChain();

    /** Adds the prompt of the next line. */
    void add(Line line, PromptBytes prompt) {
        if (lines == starts.length) {
            int room = lines + (lines >> 1);
            starts = Arrays.copyOf(starts, room);
            counts = Arrays.copyOf(counts, room);
        }
        starts[lines] = used;
        long whole = chain.hash(line.buffer(), line.start(), prompt, this::append);
        counts[lines] = (int) (used - starts[lines]);
        append(whole);
        lines++;
    }

    /** Returns the number of whole blocks in the line's prompt. Lines are numbered from 0 in the order in which they were added. */
    int blocks(int line) {
        return counts[line];
    }

    /** Returns the number of steps in the line's chain: its whole blocks and the remainder, which may be empty. */
    int steps(int line) {
        return counts[line] + 1;
    }

    /** Returns the hash of the first {@code step + 1} steps of the line's prompt. */
    long hash(int line, int step) {
        long at = starts[line] + step;
        return pieces[(int) (at >>> PIECE_BITS)][(int) at & (PIECE - 1)];
    }

    /** Returns how many leading blocks two prompts share. Only whole blocks count, because caches hold only whole blocks. */
    int shared(int one, int other) {
        return Math.min(sharedSteps(one, other), Math.min(counts[one], counts[other]));
    }

    /** Returns how many leading steps two prompts share; all of them if the prompts are equal. */
    int sharedSteps(int one, int other) {
        int low = 0;
        int high = Math.min(steps(one), steps(other));
        // hashes are chained, so equality at one step implies equality of all steps before it
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (hash(one, middle) == hash(other, middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void append(long hash) {
        int piece = (int) (used >>> PIECE_BITS);
        if (piece == pieces.length) {
            pieces = Arrays.copyOf(pieces, piece * 2);
        }
        if (pieces[piece] == null) {
            pieces[piece] = new long[PIECE];
        }
        pieces[piece][(int) used & (PIECE - 1)] = hash;
        used++;
    }
}
