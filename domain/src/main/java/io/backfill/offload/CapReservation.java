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
 * The part of models' caps that the pods of one batch hold: rows like those of nodes, in the batch's own name, so they belong to the
 * batch whichever node leads it. What pods hold lasts as long as the cluster lets their Job live, for pods send without a leader,
 * without a database even; it is given back by who knows that the Job is gone. For one thread.
 */
final class CapReservation {
    /** All rows of Jobs begin so. */
    static final String PREFIX = "offload/";

    /** Of what is asked for and no pod holds: a leader that dies before it makes a Job should not keep it from others. */
    private static final Duration ASKED = Duration.ofMinutes(2);

    private final ShareTable table;
    private final OffloadPolicy policy;
    private final String name;
    private final Supplier<Duration> jobLength;
    private final Map<String, Integer> held = new LinkedHashMap<>();

    /** @param jobLength how long from now the cluster lets a Job of the batch live at most, its pods' grace included */
    CapReservation(ShareTable table, OffloadPolicy policy, BatchId batch, Supplier<Duration> jobLength) {
        this.table = table;
        this.policy = policy;
        this.name = PREFIX + batch.value();
        this.jobLength = jobLength;
    }

    /**
     * Asks for all that Jobs may have of the model and others leave.
     *
     * @return calls granted; may grow when it is asked again, as nodes give up what they do not need
     */
    int ask(Model model) {
        int budget = leftByOthers(model);
        int granted = budget < 1 ? 0 : Math.min(budget, exchange(model, budget, 0, ASKED));
        held.put(model.name(), granted);
        return granted;
    }

    /** Whether other batches' pods hold all that Jobs may have of the model. */
    boolean othersHoldAll(Model model) {
        return leftByOthers(model) < 1;
    }

    private int leftByOthers(Model model) {
        return policy.budget(model.maxInFlight()) - table.held(model.name(), PREFIX, name);
    }

    /** From now on the pods hold exactly so many. */
    void hold(Model model, int slots) {
        held.put(model.name(), slots);
        exchange(model, slots, slots, jobLength.get());
    }

    /** Goes on with what an earlier leader of the batch held, whatever that was. */
    void keep(Model model) {
        int budget = policy.budget(model.maxInFlight());
        held.put(model.name(), budget);
        exchange(model, budget, budget, jobLength.get());
    }

    /** Renews what is held. */
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

    /** The batch whose pods have a row of that name; empty for a node's. */
    static Optional<BatchId> holder(String name) {
        return name.startsWith(PREFIX) ? BatchId.parse(name.substring(PREFIX.length())) : Optional.empty();
    }

    /** Gives everything of these models back, an earlier leader's too; what cannot be given back now is left to the sweep. */
    void giveBack(Collection<String> models) {
        try {
            models.forEach(model -> table.giveBack(model, name));
        } catch (BackfillException databaseAway) {
            return;
        }
        held.clear();
    }
}
