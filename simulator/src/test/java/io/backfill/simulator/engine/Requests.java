package io.backfill.simulator.engine;

/** Requests whose prompts are made of numbered blocks: the same leading numbers are the same leading blocks. */
final class Requests {
    private Requests() {}

    /** A prompt of exactly these blocks of 16 tokens and {@code rest} tokens more. */
    static CoreRequest of(int rest, int outputTokens, int... blocks) {
        return urgent(0, rest, outputTokens, blocks);
    }

    /** The same with a priority. */
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
