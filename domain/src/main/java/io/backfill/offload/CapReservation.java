package io.backfill.offload;

import io.backfill.errors.BackfillException;
import io.backfill.fair.ShareTable;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Holds slots of the models' caps for the pods of one batch. The slots are rows like those of nodes, but in the name of the batch,
 * so they belong to the batch regardless of which node leads it. A row lasts as long as the cluster lets the Job live, because
 * pods send calls without a leader and even without a database. It is released by the node that finds the Job gone. Not
 * thread-safe.
 */
final class CapReservation {
    /** Prefix of the names of all rows that belong to Jobs. */
    static final String PREFIX = "offload/";

    /** Length of a request that no pod holds yet. Short, so that a leader that dies before it creates a Job does not block others. */
    private static final Duration ASKED = Duration.ofMinutes(2);

    private final ShareTable table;
    private final OffloadPolicy policy;
    private final String name;
    private final Supplier<Duration> jobLength;
    private final Map<String, Integer> held = new LinkedHashMap<>();

    /** @param jobLength maximum time from now that the cluster lets a Job of the batch live, including its pods' grace */
    CapReservation(ShareTable table, OffloadPolicy policy, BatchId batch, Supplier<Duration> jobLength) {
        this.table = table;
        this.policy = policy;
        this.name = PREFIX + batch.value();
        this.jobLength = jobLength;
    }

    /**
     * Requests all slots of the model that Jobs may use and other batches do not hold.
     *
     * @return slots granted; repeated calls may return more as nodes release slots that they do not need
     */
    int ask(Model model) {
        int budget = leftByOthers(model);
        int granted = budget < 1 ? 0 : Math.min(budget, exchange(model, budget, 0, ASKED));
        held.put(model.name(), granted);
        return granted;
    }

    /** Whether the pods of other batches hold all slots of the model that Jobs may use. */
    boolean othersHoldAll(Model model) {
        return leftByOthers(model) < 1;
    }

    private int leftByOthers(Model model) {
        return policy.budget(model.maxInFlight()) - table.held(model.name(), PREFIX, name);
    }

    /** Sets the number of slots that the pods hold from now on. */
    void hold(Model model, int slots) {
        held.put(model.name(), slots);
        exchange(model, slots, slots, jobLength.get());
    }

    /**
     * Continues to hold the slots of an earlier leader of the batch, and those that other batches leave of the budget, because an
     * earlier request may have reduced the row. If the row is gone, their number is unknown, and the full budget is requested.
     */
    void keep(Model model) {
        int known = table.held(model.name(), name, "");
        hold(model, known > 0 ? Math.max(known, leftByOthers(model)) : policy.budget(model.maxInFlight()));
    }

    /** Renews the slots that are held. */
    void renew(Model model) {
        int slots = held.getOrDefault(model.name(), 0);
        if (slots > 0) {
            exchange(model, slots, slots, jobLength.get());
        }
    }

    private int exchange(Model model, int demand, int open, Duration length) {
        return table.exchange(
                new ShareTable.Ask(model.name(), name, demand, model.maxInFlight(), length, false), allowed -> open);
    }

    /** Returns the batch whose pods own the row with this name; empty for the row of a node. */
    static Optional<BatchId> holder(String name) {
        return name.startsWith(PREFIX) ? BatchId.parse(name.substring(PREFIX.length())) : Optional.empty();
    }

    /**
     * Releases all slots of these models, including those of an earlier leader. If the database is unavailable, the sweep releases
     * them later.
     */
    void giveBack(Collection<String> models) {
        try {
            models.forEach(model -> table.giveBack(model, name));
        } catch (BackfillException databaseAway) {
            return;
        }
        held.clear();
    }
}
