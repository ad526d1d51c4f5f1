package io.backfill.replicas;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The prompt blocks that a replica was sent recently and that its prefix cache may therefore hold: an LRU set of chained block
 * hashes. Not thread-safe.
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

    /** Returns how many leading blocks of the chain are in the set. */
    int matched(long[] chain) {
        int matched = 0;
        while (matched < chain.length && blocks.containsKey(chain[matched])) {
            matched++;
        }
        return matched;
    }

    void sent(long[] chain) {
        // insert the tail first: the head is then more recent and is evicted later, as in the engine
        for (int i = chain.length - 1; i >= 0; i--) {
            blocks.put(chain[i], true);
        }
        var eldest = blocks.entrySet().iterator();
        while (blocks.size() > capacity) {
            Map.Entry<Long, Boolean> _ = eldest.next();
            eldest.remove();
        }
    }
}
