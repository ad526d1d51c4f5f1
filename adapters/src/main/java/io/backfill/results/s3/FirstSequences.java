package io.backfill.results.s3;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * First sequences of openings. Writes of an opening that failed may still arrive late, so the next opening in the same epoch must not
 * reuse its names. The last {@value #MOST} openings that failed are remembered. Thread-safe.
 */
final class FirstSequences {
    /** Number of sequences that one opening may use; each covers a whole generation of tails. */
    static final int EACH = 10_000;

    /** Far more than a node opens before it repeats an opening that failed; an epoch that has ended is never opened again. */
    static final int MOST = 10_000;

    private final SequencedMap<String, Attempt> attempts = new LinkedHashMap<>();

    private record Attempt(long epoch, int sequence) {}

    /**
     * Returns the first sequence of an opening.
     *
     * @param used highest sequence of the epoch that is known from the objects in the folder
     */
    synchronized int next(String folder, long epoch, int used) {
        Attempt before = attempts.remove(folder);
        int last = before != null && before.epoch() == epoch ? Math.max(before.sequence(), used) : used;
        int first = (last / EACH + 1) * EACH;
        attempts.put(folder, new Attempt(epoch, first));
        if (attempts.size() > MOST) {
            attempts.pollFirstEntry();
        }
        return first;
    }

    /** Forgets the openings of a folder, because a recorded checkpoint now shows every later opening which sequences they used. */
    synchronized void recorded(String folder) {
        attempts.remove(folder);
    }

    synchronized int size() {
        return attempts.size();
    }
}
