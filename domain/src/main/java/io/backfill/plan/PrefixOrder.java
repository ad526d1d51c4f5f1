package io.backfill.plan;

import java.util.Arrays;

/**
 * Computes the depth-first traversal of the tree of all prompts' prefixes without building the tree. A group of lines with a
 * common prefix is split by the next block into subgroups in the order of their first lines, and so on recursively. Lines that
 * share nothing keep the order of the file. In depth-first order an LRU cache achieves every possible hit (SGLang, Theorem 3.1).
 * Each step of each line is read at most a few times. Memory is 12 bytes per line, plus 12 to 20 bytes per line of the largest
 * group.
 */
final class PrefixOrder {
    private final PrefixKeys keys;
    private final int[] order;
    private final int[] scratch;
    /** Group of each line in the range that is being split. */
    private final int[] groupOf;
    /** Ranges still to be split, as triples of start, end and number of blocks that all their lines share. */
    private int[] pending = new int[3 * 64];

    private int pendingSize;
    /** Open-addressed hash table: position of a group's first line, plus one; 0 marks a free slot. */
    private int[] firsts = new int[0];

    private PrefixOrder(PrefixKeys keys, int lines) {
        this.keys = keys;
        this.order = new int[lines];
        this.scratch = new int[lines];
        this.groupOf = new int[lines];
        Arrays.setAll(order, line -> line);
    }

    /** Returns, for each position in the plan, the line at that position. Lines are numbered from 0 in file order. */
    static int[] of(PrefixKeys keys, int lines) {
        PrefixOrder walk = new PrefixOrder(keys, lines);
        walk.push(0, lines, 0);
        while (walk.pendingSize > 0) {
            walk.pendingSize -= 3;
            walk.cut(
                    walk.pending[walk.pendingSize],
                    walk.pending[walk.pendingSize + 1],
                    walk.pending[walk.pendingSize + 2]);
        }
        return walk.order;
    }

    private void push(int from, int to, int agreed) {
        if (to - from < 2) {
            return;
        }
        if (pendingSize == pending.length) {
            pending = Arrays.copyOf(pending, pendingSize * 2);
        }
        pending[pendingSize] = from;
        pending[pendingSize + 1] = to;
        pending[pendingSize + 2] = agreed;
        pendingSize += 3;
    }

    private void cut(int from, int to, int agreed) {
        int depth = agreed;
        int groups = group(from, to, depth);
        if (groups == 1) {
            // all lines agree here: continue at the first step where lines differ
            depth = agreement(from, to);
            groups = group(from, to, depth);
        }
        if (groups == to - from) {
            return;
        }
        int[] ends = new int[groups];
        for (int i = from; i < to; i++) {
            ends[groupOf[i]]++;
        }
        int end = from;
        for (int group = 0; group < groups; group++) {
            int size = ends[group];
            ends[group] = end;
            end += size;
        }
        for (int i = from; i < to; i++) {
            scratch[ends[groupOf[i]]++] = order[i];
        }
        System.arraycopy(scratch, from, order, from, to - from);
        int start = from;
        for (int group = 0; group < groups; group++) {
            push(start, ends[group], depth + 1);
            start = ends[group];
        }
    }

    /** Returns how many leading steps all lines of a range share. */
    private int agreement(int from, int to) {
        int shared = keys.steps(order[from]);
        for (int i = from + 1; i < to; i++) {
            shared = Math.min(shared, keys.sharedSteps(order[from], order[i]));
        }
        return shared;
    }

    /**
     * Numbers the groups of a range by the step at {@code depth}, in order of first occurrence. A line that has ended before that
     * step forms a group of its own.
     */
    private int group(int from, int to, int depth) {
        int slots = Integer.highestOneBit(to - from) * 4;
        if (firsts.length < slots) {
            firsts = new int[slots];
        } else {
            Arrays.fill(firsts, 0, slots, 0);
        }
        int groups = 0;
        for (int i = from; i < to; i++) {
            int line = order[i];
            if (keys.steps(line) <= depth) {
                groupOf[i] = groups++;
                continue;
            }
            long key = keys.hash(line, depth);
            int slot = (int) (key ^ key >>> 32) & (slots - 1);
            while (firsts[slot] != 0 && keys.hash(order[firsts[slot] - 1], depth) != key) {
                slot = (slot + 1) & (slots - 1);
            }
            if (firsts[slot] == 0) {
                firsts[slot] = i + 1;
                groupOf[i] = groups++;
            } else {
                groupOf[i] = groupOf[firsts[slot] - 1];
            }
        }
        return groups;
    }
}
