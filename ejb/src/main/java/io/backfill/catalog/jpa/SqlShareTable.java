package io.backfill.catalog.jpa;

import io.backfill.fair.CapSplit;
import io.backfill.fair.ShareTable;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/** Shares of caps as rows; the row of the model is locked while one of its shares changes. */
public final class SqlShareTable implements ShareTable {
    /** Where there is not enough for all, another node comes first after so long. */
    private static final long TURN_MILLIS = 5_000;

    private final Transactions transactions;

    public SqlShareTable(Transactions transactions) {
        this.transactions = transactions;
    }

    private record Row(String node, int slots, int demand) {}

    @Override
    public int exchange(Ask ask, IntUnaryOperator open) {
        return transactions.call(manager -> {
            lock(manager, ask.model());
            manager.createNativeQuery("DELETE FROM {h-schema}model_shares WHERE model = :model AND lease_until <= "
                            + DatabaseClock.NOW_MILLIS)
                    .setParameter("model", ask.model())
                    .executeUpdate();
            Map<String, Integer> demands = new HashMap<>();
            int others = 0;
            int before = 0;
            for (Row row : rows(manager, ask.model())) {
                demands.put(row.node(), row.demand());
                if (row.node().equals(ask.node())) {
                    before = row.slots();
                } else {
                    others += row.slots();
                }
            }
            demands.put(ask.node(), ask.demand());
            int target = ask.taken(
                    CapSplit.of(ask.cap(), demands, now(manager) / TURN_MILLIS).getOrDefault(ask.node(), 0));
            int room = Math.max(0, ask.cap() - others);
            int allowed = Math.min(target, room);
            // calls that are open keep their slots until they are back
            int kept = Math.min(before, open.applyAsInt(allowed));
            write(manager, ask, Math.max(allowed, kept));
            return allowed;
        });
    }

    private static void lock(EntityManager manager, String model) {
        List<?> locked = manager.createNativeQuery(
                        "SELECT model FROM {h-schema}model_caps WHERE model = :model FOR UPDATE")
                .setParameter("model", model)
                .getResultList();
        if (locked.isEmpty()) {
            // who loses this race begins anew, and finds the row
            manager.createNativeQuery("INSERT INTO {h-schema}model_caps (model) VALUES (:model)")
                    .setParameter("model", model)
                    .executeUpdate();
        }
    }

    private static List<Row> rows(EntityManager manager, String model) {
        List<?> rows = manager.createNativeQuery(
                        "SELECT node, slots, demand FROM {h-schema}model_shares WHERE model = :model")
                .setParameter("model", model)
                .getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Row((String) row[0], ((Number) row[1]).intValue(), ((Number) row[2]).intValue()))
                .toList();
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
