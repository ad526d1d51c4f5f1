package io.backfill.simulator.engine;

import java.util.Arrays;

/**
 * The KV cache as vLLM V1 manages it: blocks with reference counts, a hash table of the full blocks, and a queue of
 * the free ones, whose head is reused first. Free blocks without content that can be found come first. A free block keeps its content until it is reused. Several blocks may
 * have the same hash, if the last block of a prompt was computed again; look-ups find the oldest.
 *
 * <p>Uses arrays of primitives throughout, because a benchmark looks up about ten million blocks. Not thread-safe.
 */
final class BlockPool {
    static final int NONE = -1;

    private final int size;
    private final int[] references;

    /** The queue of free blocks: a ring through the sentinel {@code size}. */
    private final int[] before;

    private final int[] after;
    private int free;

    private final long[] hashes;
    private final boolean[] hashed;

    /** Blocks with the same hash: a ring in the order of their publication. */
    private final int[] olderTwin;

    private final int[] newerTwin;

    /** Open addressing with linear probing: the oldest block of each hash. */
    private final int[] table;

    private final int shift;
    private long changes;

    BlockPool(int size) {
        this.size = size;
        this.references = new int[size];
        this.before = new int[size + 1];
        this.after = new int[size + 1];
        for (int i = 0; i <= size; i++) {
            before[i] = i == 0 ? size : i - 1;
            after[i] = i == size ? 0 : i + 1;
        }
        this.free = size;
        this.hashes = new long[size];
        this.hashed = new boolean[size];
        this.olderTwin = new int[size];
        this.newerTwin = new int[size];
        int bits = 33 - Integer.numberOfLeadingZeros(size);
        this.table = new int[1 << bits];
        this.shift = Long.SIZE - bits;
        Arrays.fill(table, NONE);
    }

    int size() {
        return size;
    }

    /** Returns the number of blocks without a holder, including those with content. */
    int free() {
        return free;
    }

    boolean isFree(int block) {
        return references[block] == 0;
    }

    /** Returns a count that grows whenever a repeated attempt to find or allocate blocks may end differently. */
    long changes() {
        return changes;
    }

    /** Returns the block that holds this content, or {@link #NONE}. */
    int find(long hash) {
        return table[slot(hash)];
    }

    /** Adds a holder to a block that was found. */
    void hold(int block) {
        if (references[block]++ == 0) {
            after[before[block]] = after[block];
            before[after[block]] = before[block];
            free--;
        }
    }

    /**
     * Allocates the block that has been free for the longest time and forgets its content. At least one block must be
     * free.
     */
    int allocate() {
        int block = after[size];
        if (block == size) {
            throw new IllegalStateException("no free block");
        }
        if (hashed[block]) {
            forget(block);
        }
        hold(block);
        return block;
    }

    /** Publishes the content of a held block. */
    void publish(int block, long hash) {
        changes++;
        hashes[block] = hash;
        hashed[block] = true;
        int slot = slot(hash);
        int oldest = table[slot];
        if (oldest == NONE) {
            table[slot] = block;
            olderTwin[block] = block;
            newerTwin[block] = block;
        } else {
            int newest = olderTwin[oldest];
            newerTwin[newest] = block;
            olderTwin[block] = newest;
            newerTwin[block] = oldest;
            olderTwin[oldest] = block;
        }
    }

    /**
     * Releases a held block. Without other holders it is appended to the free queue; if its content was not published, it
     * becomes the head of the queue.
     */
    void release(int block) {
        if (--references[block] == 0) {
            changes++;
            int left = hashed[block] ? before[size] : size;
            int right = after[left];
            after[left] = block;
            before[block] = left;
            after[block] = right;
            before[right] = block;
            free++;
        }
    }

    private void forget(int block) {
        hashed[block] = false;
        int slot = slot(hashes[block]);
        if (newerTwin[block] == block) {
            removeSlot(slot);
            return;
        }
        newerTwin[olderTwin[block]] = newerTwin[block];
        olderTwin[newerTwin[block]] = olderTwin[block];
        if (table[slot] == block) {
            table[slot] = newerTwin[block];
        }
    }

    /** Returns the slot of the hash in the table, or the empty slot where it would be. */
    private int slot(long hash) {
        int slot = home(hash);
        while (table[slot] != NONE && hashes[table[slot]] != hash) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    private int home(long hash) {
        return (int) ((hash * 0x9e3779b97f4a7c15L) >>> shift);
    }

    /** Knuth's algorithm R (6.4): later entries of the run move into the gap unless their home slot lies behind it. */
    private void removeSlot(int slot) {
        int mask = table.length - 1;
        int gap = slot;
        int next = slot;
        while (true) {
            next = (next + 1) & mask;
            if (table[next] == NONE) {
                table[gap] = NONE;
                return;
            }
            int home = home(hashes[table[next]]);
            if (((next - home) & mask) >= ((next - gap) & mask)) {
                table[gap] = table[next];
                gap = next;
            }
        }
    }
}
