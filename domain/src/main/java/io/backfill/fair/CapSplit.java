package io.backfill.fair;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits a model's cap between nodes by demand. The split is max-min fair: small demands are met in full, and the larger ones share
 * what is left evenly. Slots beyond all demands are spread evenly, for calls to come. If there are fewer slots than nodes with a
 * demand, the nodes take turns.
 */
public final class CapSplit {
    private CapSplit() {}

    /**
     * Returns the slots of each node. They add up to the cap, unless there is no node.
     *
     * @param demands open and waiting calls, by node
     * @param turn increases with time and determines which nodes come first when there is not enough for all
     */
    public static Map<String, Integer> of(int cap, Map<String, Integer> demands, long turn) {
        List<String> nodes = new ArrayList<>(demands.keySet());
        nodes.sort(null);
        if (nodes.isEmpty()) {
            return Map.of();
        }
        Collections.rotate(nodes, (int) Math.floorMod(turn, (long) nodes.size()));
        Map<String, Integer> slots = new HashMap<>();
        nodes.forEach(node -> slots.put(node, 0));
        int left = cap;
        List<String> wanting = new ArrayList<>(
                nodes.stream().filter(node -> demands.getOrDefault(node, 0) > 0).toList());
        if (left < wanting.size()) {
            wanting.subList(0, left).forEach(node -> slots.put(node, 1));
            return slots;
        }
        // smallest demand first, so that the others share what it leaves
        wanting.sort(Comparator.comparingInt(node -> demands.getOrDefault(node, 0)));
        for (int i = 0; i < wanting.size(); i++) {
            String node = wanting.get(i);
            int share = Math.min(demands.getOrDefault(node, 0), left / (wanting.size() - i));
            slots.put(node, share);
            left -= share;
        }
        for (int i = 0; i < nodes.size(); i++) {
            int more = left / (nodes.size() - i);
            slots.merge(nodes.get(i), more, Integer::sum);
            left -= more;
        }
        return slots;
    }
}
