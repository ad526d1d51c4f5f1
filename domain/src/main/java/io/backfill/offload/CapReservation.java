package io.backfill.offload;

import io.backfill.errors.BackfillException;
import io.backfill.fair.ShareTable;
import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The part of models' caps that the pods of one batch hold: rows like those of nodes, in the batch's own name, so they belong to the
 * batch whichever node leads it. Renewed while somebody leads it; they outlive a leader long enough for the next one. For one
 * thread.
 */
final class CapReservation {
    /** All rows of Jobs begin so. */
    static final String PREFIX = "offload/";

    /** Longer than it takes another node to lead the batch: its pods go on meanwhile. */
    private static final Duration LENGTH = Duration.ofMinutes(2);

    private final ShareTable table;
    private final OffloadPolicy policy;
    private final String name;
    private final Map<String, Integer> held = new LinkedHashMap<>();

    CapReservation(ShareTable table, OffloadPolicy policy, BatchId batch) {
        this.table = table;
        this.policy = policy;
        this.name = PREFIX + batch.value();
    }

    /**
     * Asks for all that Jobs may have of the model and others leave.
     *
     * @return calls granted; may grow when it is asked again, as nodes give up what they do not need
     */
    int ask(Model model) {
        int budget = policy.budget(model.maxInFlight()) - table.held(model.name(), PREFIX, name);
        int granted = budget < 1 ? 0 : Math.min(budget, exchange(model, budget, 0));
        held.put(model.name(), granted);
        return granted;
    }

    /** From now on the pods hold exactly so many. */
    void hold(Model model, int slots) {
        held.put(model.name(), slots);
        exchange(model, slots, slots);
    }

    /** Goes on with what an earlier leader of the batch held, whatever that was. */
    void keep(Model model) {
        int budget = policy.budget(model.maxInFlight());
        held.put(model.name(), budget);
        exchange(model, budget, budget);
    }

    /** Renews what is held. */
    void renew(Model model) {
        int slots = held.getOrDefault(model.name(), 0);
        if (slots > 0) {
            exchange(model, slots, slots);
        }
    }

    private int exchange(Model model, int demand, int open) {
        return table.exchange(
                new ShareTable.Ask(model.name(), name, demand, model.maxInFlight(), LENGTH, false), allowed -> open);
    }

    /** Gives everything of these models back, an earlier leader's too; what cannot be given back now runs out by itself. */
    void giveBack(Collection<String> models) {
        try {
            models.forEach(model -> table.giveBack(model, name));
        } catch (BackfillException databaseAway) {
            return;
        }
        held.clear();
    }
}
