package io.backfill.replicas;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The prompt blocks that a replica was sent lately, as its prefix cache may hold them: an LRU set of chained block hashes. Not
 * thread-safe.
 */
final class SentPrefixes {
    private final LinkedHashMap<Long, Boolean> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private int capacity;

    SentPrefixes(int capacity) {
        this.capacity = capacity;
    }

    void capacity(int newCapacity) {
        capacity = newCapacity;
    }

    /** How many first blocks of the chain are there. */
    int matched(long[] chain) {
        int matched = 0;
        while (matched < chain.length && blocks.containsKey(chain[matched])) {
            matched++;
        }
        return matched;
    }

    void sent(long[] chain) {
        // the tail first: its head is then the younger one, and outlives it, as in the engine
        for (int i = chain.length - 1; i >= 0; i--) {
            blocks.put(chain[i], true);
        }
        var eldest = blocks.entrySet().iterator();
        while (blocks.size() > capacity) {
            Map.Entry<Long, Boolean> ignored = eldest.next();
            eldest.remove();
        }
    }
}
