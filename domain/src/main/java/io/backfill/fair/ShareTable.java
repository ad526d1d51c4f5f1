package io.backfill.fair;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * SPI: the rows that say which node has how many slots of a model's cap, and until when, by the database's clock. The slots of rows
 * that have not run out never sum up to more than the cap, whatever dies where: a row is changed under a lock of its model's, room
 * comes from rows that gave it up or ran out, and a node keeps what its open calls need.
 */
public interface ShareTable {
    /**
     * What a node asks for.
     *
     * @param demand calls of the model that are open or wait there
     * @param cap of the model, as that node knows it
     * @param length of the lease from now on
     * @param spare whether it also takes what nobody wants, for calls to come
     */
    record Ask(String model, String node, int demand, int cap, Duration length, boolean spare) {
        /** A node's, which does. */
        public Ask(String model, String node, int demand, int cap, Duration length) {
            this(model, node, demand, cap, length, true);
        }

        /** What of {@code slots} it takes. */
        public int taken(int slots) {
            return spare ? slots : Math.min(slots, demand);
        }
    }

    /**
     * Renews a node's row, larger or smaller. Atomic; nothing is changed when it throws.
     *
     * @param open is told how many slots the node is to have, from which moment on it must not begin a call beyond that many, and
     *     returns how many are open; may be asked more than once
     * @return calls that the node may have open from now on; its row keeps more while more are open
     * @throws io.backfill.errors.BackfillException {@code UNAVAILABLE} when the database does not answer
     */
    default int exchange(Ask ask, IntUnaryOperator open) {
        return exchangeAll(List.of(ask), (model, target) -> open.applyAsInt(target))
                .getOrDefault(ask.model(), 0);
    }

    /** Calls of a model that are open, once {@code target} is the most that its node may begin. */
    @FunctionalInterface
    interface Open {
        int calls(String model, int target);
    }

    /**
     * As {@link #exchange}, for some models at once, each named once: all of them or none.
     *
     * @return by model
     */
    Map<String, Integer> exchangeAll(List<Ask> asks, Open open);

    /**
     * What others have of a model.
     *
     * @param slots together
     * @param lacking what those want beyond what they have
     */
    record Others(int slots, int lacking) {
        public static final Others NONE = new Others(0, 0);
    }

    /** Others than {@code node} of these models, of rows that have not run out; absent where there are none. Locks nothing. */
    Map<String, Others> others(Set<String> models, String node);

    /** Slots that those want and have together whose name begins with {@code prefix}, but {@code except}; of rows that have not run out. */
    int held(String model, String prefix, String except);

    /** Drops a node's row of a model. Idempotent. */
    void giveBack(String model, String node);

    /** Names that begin with {@code prefix}, of rows that have not run out. */
    Set<String> names(String prefix);

    /** Drops a node's rows of all models. Idempotent. */
    void giveBackAll(String node);
}
