package io.backfill.fair;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/** A {@link ShareTable} in memory, whose rows expire when a test says so. */
public final class MemoryShareTable implements ShareTable {
    private record Row(int slots, int demand, Duration length) {}

    private final Map<String, Map<String, Row>> models = new HashMap<>();
    private int exchanges;

    @Override
    public synchronized Map<String, Integer> exchangeAll(List<Ask> asks, Open open) {
        exchanges++;
        return asks.stream()
                .collect(Collectors.toMap(
                        Ask::model, ask -> exchangeOne(ask, target -> open.calls(ask.model(), target))));
    }

    @Override
    public synchronized Map<String, Others> others(Set<String> names, String node) {
        Map<String, Others> others = new HashMap<>();
        for (String model : names) {
            models.getOrDefault(model, Map.of()).forEach((name, row) -> {
                if (!name.equals(node)) {
                    Others before = others.getOrDefault(model, Others.NONE);
                    others.put(
                            model,
                            new Others(
                                    before.slots() + row.slots(),
                                    before.lacking() + Math.max(0, row.demand() - row.slots())));
                }
            });
        }
        return others;
    }

    /** Returns the number of exchanges so far, of all nodes. */
    public synchronized int exchanges() {
        return exchanges;
    }

    private int exchangeOne(Ask ask, IntUnaryOperator open) {
        Map<String, Row> rows = models.computeIfAbsent(ask.model(), model -> new HashMap<>());
        Row before = rows.remove(ask.node());
        int others = rows.values().stream().mapToInt(Row::slots).sum();
        Map<String, Integer> demands = new HashMap<>();
        rows.forEach((node, row) -> demands.put(node, row.demand()));
        demands.put(ask.node(), ask.demand());
        int target = ask.taken(CapSplit.of(ask.cap(), demands, 0).getOrDefault(ask.node(), 0));
        int allowed = Math.min(target, Math.max(0, ask.cap() - others));
        int kept = Math.min(before == null ? 0 : before.slots(), open.applyAsInt(allowed));
        rows.put(ask.node(), new Row(Math.max(allowed, kept), ask.demand(), ask.length()));
        return allowed;
    }

    @Override
    public synchronized int held(String model, String prefix, String except) {
        return models.getOrDefault(model, Map.of()).entrySet().stream()
                .filter(row -> row.getKey().startsWith(prefix) && !row.getKey().equals(except))
                .mapToInt(row -> Math.min(row.getValue().slots(), row.getValue().demand()))
                .sum();
    }

    @Override
    public synchronized void giveBack(String model, String node) {
        models.getOrDefault(model, new HashMap<>()).remove(node);
    }

    @Override
    public synchronized Set<String> names(String prefix) {
        return models.values().stream()
                .flatMap(rows -> rows.keySet().stream())
                .filter(name -> name.startsWith(prefix))
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized void giveBackAll(String node) {
        models.values().forEach(rows -> rows.remove(node));
    }

    /** Returns the validity that a node's row was last written with. */
    public synchronized Duration length(String model, String node) {
        return models.get(model).get(node).length();
    }

    /** Returns the number of slots in all rows of a model. */
    public synchronized int slots(String model) {
        return models.getOrDefault(model, Map.of()).values().stream()
                .mapToInt(Row::slots)
                .sum();
    }
}
