package io.backfill.fair;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * SPI: rows with each node's slots of a model's cap and their expiry, by the database's clock. The slots of unexpired rows never
 * add up to more than the cap, whatever fails. A row is changed under a lock of its model, slots become free only when a row gives
 * them up or expires, and a node keeps the slots that its open calls need.
 */
public interface ShareTable {
    /**
     * A node's request for slots.
     *
     * @param demand calls of the model that are open or wait on the node
     * @param cap cap of the model, as the node knows it
     * @param length length of the lease from now on
     * @param spare whether the node also takes slots beyond all demands, for calls to come
     */
    record Ask(String model, String node, int demand, int cap, Duration length, boolean spare) {
        /** Creates the request of a node that also takes spare slots. */
        public Ask(String model, String node, int demand, int cap, Duration length) {
            this(model, node, demand, cap, length, true);
        }

        /** Returns how many of {@code slots} the node takes. */
        public int taken(int slots) {
            return spare ? slots : Math.min(slots, demand);
        }
    }

    /**
     * Renews a node's row with more or fewer slots. Atomic: nothing is changed if this method throws.
     *
     * @param open is given the number of slots that the node is to have, and returns the number of its open calls. From then on the
     *     node must not start a call beyond these slots. May be called more than once
     * @return calls that the node may have open from now on; its row keeps more slots while more calls are open
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} if the database does not answer
     */
    default int exchange(Ask ask, IntUnaryOperator open) {
        return exchangeAll(List.of(ask), (model, target) -> open.applyAsInt(target))
                .getOrDefault(ask.model(), 0);
    }

    /** Returns the open calls of a model, and limits the calls that its node may start to {@code target}. */
    @FunctionalInterface
    interface Open {
        int calls(String model, int target);
    }

    /**
     * Like {@link #exchange}, for several models, each named once. Exchanges all of them or none.
     *
     * @return calls that the node may have open, by model
     */
    Map<String, Integer> exchangeAll(List<Ask> asks, Open open);

    /**
     * What other nodes have of a model's cap.
     *
     * @param slots total number of their slots
     * @param lacking total number of slots that they demand beyond those they have
     */
    record Others(int slots, int lacking) {
        public static final Others NONE = new Others(0, 0);
    }

    /**
     * Returns what nodes other than {@code node} have of these models, by unexpired rows. Models without such rows are absent.
     * Takes no locks.
     */
    Map<String, Others> others(Set<String> models, String node);

    /**
     * Returns the number of slots that are both held and in demand, summed over the unexpired rows whose name begins with
     * {@code prefix}, except {@code except}.
     */
    int held(String model, String prefix, String except);

    /** Deletes a node's row of a model. Idempotent. */
    void giveBack(String model, String node);

    /** Returns the names of unexpired rows that begin with {@code prefix}. */
    Set<String> names(String prefix);

    /** Deletes a node's rows of all models. Idempotent. */
    void giveBackAll(String node);
}
