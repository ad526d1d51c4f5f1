package io.backfill.plan;

import io.backfill.requests.Line;
import io.backfill.requests.ScannedLine;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects the entries of one model while the input is read. An entry takes {@value #ENTRY_BYTES} bytes plus the keys of its
 * prompt; there is no object per line.
 */
final class PlanEntries {
    /** Size of an entry, in memory and in the stored plan. */
    static final int ENTRY_BYTES = 40;

    private static final int PROMPT_TOKENS = 28;
    private static final int FRESH_TOKENS = 32;
    private static final int BYTES_PER_TOKEN = 4;
    private static final int PIECE_ENTRIES = 4096;

    private final PrefixKeys keys = new PrefixKeys();
    /** Each piece has {@value #PIECE_ENTRIES} entries, so that growing does not copy entries. */
    private byte[][] pieces = new byte[4][];

    private int size;

    int size() {
        return size;
    }

    void add(Line line, ScannedLine.Request request) {
        int piece = size / PIECE_ENTRIES;
        if (piece == pieces.length) {
            pieces = Arrays.copyOf(pieces, piece * 2);
        }
        if (pieces[piece] == null) {
            pieces[piece] = new byte[PIECE_ENTRIES * ENTRY_BYTES];
        }
        int promptTokens = Math.max(1, Math.ceilDiv(request.prompt().length(), BYTES_PER_TOKEN));
        keys.add(line, request.prompt());
        encoded(size++)
                .putLong(line.offset())
                .putInt(line.number())
                .putInt(request.idStart())
                .putInt(request.idLength())
                .putInt(request.bodyStart())
                .putInt(request.bodyLength())
                .putInt(promptTokens)
                .putInt(promptTokens)
                .putInt(request.prompt().maxTokens());
    }

    /** Returns, for each position in the plan, the index of the entry at that position. Depends on the entries only. */
    int[] inOrder(PlanOrder planOrder) {
        return switch (planOrder) {
            case PREFIX -> PrefixOrder.of(keys, size);
            case FILE -> {
                int[] order = new int[size];
                Arrays.setAll(order, i -> i);
                yield order;
            }
        };
    }

    /** Stores in every entry how many tokens of its prompt are not shared with the preceding entry, and returns the sum. */
    long noteFresh(int[] order) {
        long sum = 0;
        for (int i = 0; i < order.length; i++) {
            int shared = i == 0 ? 0 : keys.shared(order[i - 1], order[i]);
            ByteBuffer entry = encoded(order[i]);
            int prompt = entry.getInt(PROMPT_TOKENS);
            // an engine computes at least one token, even if the whole prompt is cached
            int fresh = Math.max(1, prompt - shared * (PrefixChain.BLOCK_BYTES / BYTES_PER_TOKEN));
            entry.putInt(FRESH_TOKENS, fresh);
            sum += fresh;
        }
        return sum;
    }

    long promptTokens() {
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += encoded(i).getInt(PROMPT_TOKENS);
        }
        return sum;
    }

    /** Returns a view of the stored form of entry {@code index}. */
    ByteBuffer encoded(int index) {
        // a slice, so that absolute positions count from the entry's first byte
        return ByteBuffer.wrap(pieces[index / PIECE_ENTRIES], index % PIECE_ENTRIES * ENTRY_BYTES, ENTRY_BYTES)
                .slice();
    }

    static PlanEntry decode(int index, byte[] from, int at) {
        ByteBuffer entry = ByteBuffer.wrap(from, at, ENTRY_BYTES);
        long offset = entry.getLong();
        int line = entry.getInt();
        int idStart = entry.getInt();
        int idLength = entry.getInt();
        int bodyStart = entry.getInt();
        int bodyLength = entry.getInt();
        int promptTokens = entry.getInt();
        int freshTokens = entry.getInt();
        int maxTokens = entry.getInt();
        return new PlanEntry(
                index, line, offset, idStart, idLength, bodyStart, bodyLength, promptTokens, freshTokens, maxTokens);
    }
}
