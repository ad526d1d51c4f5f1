package io.backfill.simulator.engine;

/** Requests whose prompts consist of numbered blocks. Prompts that begin with the same numbers begin with the same blocks. */
final class Requests {
    private Requests() {}

    /** Returns a request whose prompt has exactly these blocks of 16 tokens, and {@code rest} more tokens. */
    static CoreRequest of(int rest, int outputTokens, int... blocks) {
        return urgent(0, rest, outputTokens, blocks);
    }

    /** Returns the same request with a priority. */
    static CoreRequest urgent(int priority, int rest, int outputTokens, int... blocks) {
        return new CoreRequest(chain(blocks), 16 * blocks.length + rest, outputTokens, priority, "");
    }

    static long[] chain(int... blocks) {
        long[] hashes = new long[blocks.length];
        long hash = 0;
        for (int i = 0; i < blocks.length; i++) {
            hash = Mixing.mix(hash * 31 + blocks[i]);
            hashes[i] = hash;
        }
        return hashes;
    }
}
