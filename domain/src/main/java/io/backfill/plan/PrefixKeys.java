package io.backfill.plan;

import io.backfill.requests.Line;
import io.backfill.requests.PromptBytes;
import java.util.Arrays;

/**
 * The prompts of one model's lines as {@linkplain PrefixChain chains of hashes}: one step per whole block of
 * {@value PrefixChain#BLOCK_BYTES} bytes, and a last one for the whole prompt. Costs 8 bytes a block, 3.1 % of the prompts, and 20
 * bytes a line; hashes are not copied when it grows.
 */
final class PrefixKeys {
    /** Pieces of 128 KiB: G1 gives an array of half a region, which may be 512 KiB, a region of its own. */
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

    /** Whole blocks of that line's prompt; lines count from 0 in the order they were added. */
    int blocks(int line) {
        return counts[line];
    }

    /** Steps of that line's chain: its whole blocks, and the rest, which may be empty. */
    int steps(int line) {
        return counts[line] + 1;
    }

    /** Hash of the first {@code step + 1} steps of that line's prompt. */
    long hash(int line, int step) {
        long at = starts[line] + step;
        return pieces[(int) (at >>> PIECE_BITS)][(int) at & (PIECE - 1)];
    }

    /** How many first blocks two prompts share; only whole ones, for no cache keeps less. */
    int shared(int one, int other) {
        return Math.min(sharedSteps(one, other), Math.min(counts[one], counts[other]));
    }

    /** How many first steps two prompts share: all of them when they are the same. */
    int sharedSteps(int one, int other) {
        int low = 0;
        int high = Math.min(steps(one), steps(other));
        // chained: equal at a place means equal before it
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
