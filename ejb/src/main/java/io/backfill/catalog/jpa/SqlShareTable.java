package io.backfill.catalog.jpa;

import io.backfill.fair.CapSplit;
import io.backfill.fair.ShareTable;
import jakarta.persistence.EntityManager;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Shares of caps as rows. The row of the model is locked while one of its shares changes. */
public final class SqlShareTable implements ShareTable {
    /** Interval after which another node is served first if the cap is too small for all nodes. */
    private static final long TURN_MILLIS = 5_000;

    private final Transactions transactions;

    public SqlShareTable(Transactions transactions) {
        this.transactions = transactions;
    }

    private record Row(String model, String node, int slots, int demand) {}

    @Override
    public Map<String, Integer> exchangeAll(List<Ask> asks, Open open) {
        if (asks.isEmpty()) {
            return Map.of();
        }
        // always in the same order, to avoid a deadlock between two nodes
        List<Ask> ordered =
                asks.stream().sorted(Comparator.comparing(Ask::model)).toList();
        return transactions.call(manager -> {
            List<String> models = ordered.stream().map(Ask::model).toList();
            lock(manager, models);
            manager.createNativeQuery("DELETE FROM {h-schema}model_shares WHERE model IN (:models) AND lease_until <= "
                            + DatabaseClock.NOW_MILLIS)
                    .setParameter("models", models)
                    .executeUpdate();
            Map<String, List<Row>> rows = rows(manager, models);
            long turn = now(manager) / TURN_MILLIS;
            Map<String, Integer> allowed = new HashMap<>();
            for (Ask ask : ordered) {
                allowed.put(ask.model(), exchange(manager, ask, rows.getOrDefault(ask.model(), List.of()), turn, open));
            }
            return allowed;
        });
    }

    private static int exchange(EntityManager manager, Ask ask, List<Row> rows, long turn, Open open) {
        Map<String, Integer> demands = new HashMap<>();
        int others = 0;
        int before = 0;
        for (Row row : rows) {
            demands.put(row.node(), row.demand());
            if (row.node().equals(ask.node())) {
                before = row.slots();
            } else {
                others += row.slots();
            }
        }
        demands.put(ask.node(), ask.demand());
        int target = ask.taken(CapSplit.of(ask.cap(), demands, turn).getOrDefault(ask.node(), 0));
        int room = Math.max(0, ask.cap() - others);
        int allowed = Math.min(target, room);
        // open calls keep their slots until they end
        int kept = Math.min(before, open.calls(ask.model(), allowed));
        write(manager, ask, Math.max(allowed, kept));
        return allowed;
    }

    private static void lock(EntityManager manager, List<String> models) {
        List<?> locked = manager.createNativeQuery(
                        "SELECT model FROM {h-schema}model_caps WHERE model IN (:models) ORDER BY model FOR UPDATE")
                .setParameter("models", models)
                .getResultList();
        Set<Object> known = new HashSet<>(locked);
        for (String model : models) {
            if (!known.contains(model)) {
                // the transaction that loses this race runs again and finds the row
                manager.createNativeQuery("INSERT INTO {h-schema}model_caps (model) VALUES (:model)")
                        .setParameter("model", model)
                        .executeUpdate();
            }
        }
    }

    private static Map<String, List<Row>> rows(EntityManager manager, List<String> models) {
        List<?> rows = manager.createNativeQuery(
                        "SELECT model, node, slots, demand FROM {h-schema}model_shares WHERE model IN (:models)")
                .setParameter("models", models)
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Row(
                        (String) row[0], (String) row[1], ((Number) row[2]).intValue(), ((Number) row[3]).intValue()))
                .collect(Collectors.groupingBy(Row::model));
    }

    @Override
    public Map<String, Others> others(Set<String> models, String node) {
        if (models.isEmpty()) {
            return Map.of();
        }
        return transactions.call(manager -> {
            List<?> rows = manager.createNativeQuery("SELECT model, SUM(slots),"
                            + " SUM(CASE WHEN demand > slots THEN demand - slots ELSE 0 END)"
                            + " FROM {h-schema}model_shares WHERE model IN (:models) AND node <> :node"
                            + " AND lease_until > " + DatabaseClock.NOW_MILLIS + " GROUP BY model")
                    .setParameter("models", models)
                    .setParameter("node", node)
                    .getResultList();
            return rows.stream()
                    .map(row -> (Object[]) row)
                    .collect(Collectors.toMap(
                            row -> (String) row[0],
                            row -> new Others(((Number) row[1]).intValue(), ((Number) row[2]).intValue())));
        });
    }

    private static long now(EntityManager manager) {
        return ((Number) manager.createNativeQuery("SELECT " + DatabaseClock.NOW_MILLIS)
                        .getSingleResult())
                .longValue();
    }

    private static void write(EntityManager manager, Ask ask, int slots) {
        int updated = manager.createNativeQuery("UPDATE {h-schema}model_shares SET slots = :slots, demand = :demand,"
                        + " lease_until = " + DatabaseClock.NOW_MILLIS
                        + " + :length WHERE model = :model AND node = :node")
                .setParameter("slots", slots)
                .setParameter("demand", ask.demand())
                .setParameter("length", ask.length().toMillis())
                .setParameter("model", ask.model())
                .setParameter("node", ask.node())
                .executeUpdate();
        if (updated == 0) {
            manager.createNativeQuery("INSERT INTO {h-schema}model_shares (model, node, slots, demand, lease_until)"
                            + " VALUES (:model, :node, :slots, :demand, " + DatabaseClock.NOW_MILLIS + " + :length)")
                    .setParameter("slots", slots)
                    .setParameter("demand", ask.demand())
                    .setParameter("length", ask.length().toMillis())
                    .setParameter("model", ask.model())
                    .setParameter("node", ask.node())
                    .executeUpdate();
        }
    }

    @Override
    public int held(String model, String prefix, String except) {
        return transactions.call(manager -> ((Number) manager.createNativeQuery(
                                "SELECT COALESCE(SUM(LEAST(slots, demand)), 0) FROM {h-schema}model_shares WHERE model = :model"
                                        + " AND node LIKE :names AND node <> :except AND lease_until > "
                                        + DatabaseClock.NOW_MILLIS)
                        .setParameter("model", model)
                        .setParameter("names", prefix + "%")
                        .setParameter("except", except)
                        .getSingleResult())
                .intValue());
    }

    @Override
    public void giveBack(String model, String node) {
        transactions.run(manager -> manager.createNativeQuery(
                        "DELETE FROM {h-schema}model_shares WHERE model = :model AND node = :node")
                .setParameter("model", model)
                .setParameter("node", node)
                .executeUpdate());
    }

    @Override
    public Set<String> names(String prefix) {
        return transactions.call(manager -> {
            List<?> names = manager.createNativeQuery(
                            "SELECT DISTINCT node FROM {h-schema}model_shares WHERE node LIKE :names AND lease_until > "
                                    + DatabaseClock.NOW_MILLIS)
                    .setParameter("names", prefix + "%")
                    .getResultList();
            return names.stream().map(String.class::cast).collect(Collectors.toSet());
        });
    }

    @Override
    public void giveBackAll(String node) {
        transactions.run(manager -> manager.createNativeQuery("DELETE FROM {h-schema}model_shares WHERE node = :node")
                .setParameter("node", node)
                .executeUpdate());
    }
}
