package io.backfill.fair;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.errors.BackfillException;
import io.backfill.models.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * This node's slots of every model's cap, leased from a {@link ShareTable}. A share that is not renewed in time is worth nothing:
 * no new call starts, while open calls continue. Thread-safe; {@link #exchangeOnce} is for one thread.
 */
public final class LeasedCaps implements CapShares {
    private static final System.Logger LOG = System.getLogger("io.backfill.fair");

    /** Time before the expiry of its share at which a node stops relying on it, as with leases of batches. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    /** Passes without a call after which the share is returned. */
    private static final int IDLE_PASSES = 20;

    private final ShareTable table;
    private final String node;
    private final Duration length;
    private final Duration trusted;
    private final LongSupplier nanoTime;
    private volatile Runnable wake = () -> {};
    private final ConcurrentMap<String, Share> shares = new ConcurrentHashMap<>();

    /** This node's share of one model's cap. */
    private static final class Share {
        volatile int cap;
        volatile int slots;
        volatile long until;
        int idle;
        Asked asked = Asked.NOTHING;
        /**
         * Set if the row kept slots beyond those the node may use, for calls that were open. These slots are still to be returned.
         */
        boolean kept;

        /** Slots after the last exchange. Only for the log. */
        private int exchanged;

        Share(int cap, long until) {
            this.cap = cap;
            this.until = until;
        }

        void logExchange(String model) {
            int before = exchanged;
            exchanged = slots;
            if (before != exchanged) {
                LOG.log(
                        DEBUG,
                        () -> "Share of model %s: %d slots instead of %d; wanted %d of a cap of %d, others had %d"
                                .formatted(
                                        model,
                                        exchanged,
                                        before,
                                        asked.demand(),
                                        asked.cap(),
                                        asked.others().slots()));
            }
        }
    }

    /** The last ask, and what other nodes had at that time. */
    private record Asked(int demand, int cap, ShareTable.Others others, long at) {
        static final Asked NOTHING = new Asked(0, 0, ShareTable.Others.NONE, 0);
    }

    /** Calls of a model at the gate. */
    public record Load(int open, int waiting) {}

    /**
     * @param node unique among all boots of all nodes
     * @param length length of a share's lease
     */
    public LeasedCaps(ShareTable table, String node, Duration length, LongSupplier nanoTime) {
        this.table = table;
        this.node = node;
        this.length = length;
        // at least half of a lease is trusted; only tests and benchmarks use leases this short
        this.trusted = length.compareTo(MARGIN.multipliedBy(2)) < 0 ? length.dividedBy(2) : length.minus(MARGIN);
        this.nanoTime = nanoTime;
    }

    /** Sets what runs when a model without a share is called, so that a pass can start at once. Must not block. */
    public void onFirstCall(Runnable newWake) {
        wake = newWake;
    }

    @Override
    public int slots(Model model) {
        Share share = shares.get(model.name());
        if (share == null) {
            share = shares.computeIfAbsent(model.name(), name -> new Share(model.maxInFlight(), nanoTime.getAsLong()));
            wake.run();
        }
        share.cap = model.maxInFlight();
        return nanoTime.getAsLong() - share.until < 0 ? Math.min(share.slots, share.cap) : 0;
    }

    /**
     * Reads what other nodes lack, then exchanges together all shares that are due for renewal or have to change. Called about
     * twice a second. An unchanged share is renewed after a third of its lease.
     *
     * @param gate returns the open and waiting calls of a model
     * @throws BackfillException if the database is unavailable; shares last until they expire
     */
    public void exchangeOnce(Function<String, Load> gate) {
        giveBackIdle(gate);
        Set<String> models = Set.copyOf(shares.keySet());
        if (models.isEmpty()) {
            return;
        }
        Map<String, ShareTable.Others> others = table.others(models, node);
        long askedAt = nanoTime.getAsLong();
        Map<String, Share> due = new HashMap<>();
        List<ShareTable.Ask> asks = new ArrayList<>();
        for (String model : models) {
            Share share = shares.get(model);
            ShareTable.Others now = others.getOrDefault(model, ShareTable.Others.NONE);
            if (share != null && isDue(share, gate.apply(model), now, askedAt)) {
                share.asked = new Asked(demand(gate.apply(model), share.cap), share.cap, now, askedAt);
                due.put(model, share);
                asks.add(new ShareTable.Ask(model, node, share.asked.demand(), share.cap, length));
            }
        }
        if (!asks.isEmpty()) {
            exchange(asks, due, gate, askedAt);
        }
    }

    private void exchange(
            List<ShareTable.Ask> asks, Map<String, Share> due, Function<String, Load> gate, long askedAt) {
        Map<String, Integer> allowed;
        try {
            allowed = table.exchangeAll(asks, (model, target) -> {
                Share share = due.get(model);
                if (share != null) {
                    share.slots = Math.min(share.slots, target);
                }
                int open = gate.apply(model).open();
                if (share != null) {
                    share.kept = open > target;
                }
                return open;
            });
        } catch (RuntimeException | Error failed) {
            // the content of the rows is now unknown
            due.values().forEach(share -> share.asked = Asked.NOTHING);
            throw failed;
        }
        due.forEach((model, share) -> {
            share.slots = allowed.getOrDefault(model, 0);
            share.until = askedAt + trusted.toNanos();
            share.logExchange(model);
        });
    }

    private boolean isDue(Share share, Load load, ShareTable.Others others, long now) {
        Asked asked = share.asked;
        int demand = demand(load, share.cap);
        boolean old = now - share.until >= 0 || now - asked.at() >= length.toNanos() / 3;
        boolean wantsMore = demand > share.slots;
        return old
                || asked == Asked.NOTHING
                || share.cap != asked.cap()
                || share.kept
                || wantsMore
                        && (demand != asked.demand()
                                || others.slots() < asked.others().slots())
                || others.lacking() > 0 && (!others.equals(asked.others()) || demand < asked.demand());
    }

    /** Returns the demand, limited to the cap: a larger one has no further effect on other nodes. */
    private static int demand(Load load, int cap) {
        return Math.min(cap, load.open() + load.waiting());
    }

    private void giveBackIdle(Function<String, Load> gate) {
        shares.forEach((model, share) -> {
            Load load = gate.apply(model);
            share.idle = load.open() + load.waiting() == 0 ? share.idle + 1 : 0;
            if (share.idle > IDLE_PASSES) {
                share.slots = 0;
                if (gate.apply(model).open() == 0) {
                    table.giveBack(model, node);
                    shares.remove(model, share);
                    LOG.log(DEBUG, () -> "Share of model " + model + " is returned: it was not used for a while");
                } else {
                    // a call started in the meantime, so the slots are needed again at once
                    share.asked = Asked.NOTHING;
                }
            }
        });
    }

    /** Returns the shares of all models that have no open calls. Called when the node stops. */
    public void giveBack(ToIntFunction<String> open) {
        for (String model : shares.keySet()) {
            Share share = shares.get(model);
            if (share != null) {
                share.slots = 0;
                if (open.applyAsInt(model) == 0) {
                    table.giveBack(model, node);
                    shares.remove(model, share);
                }
            }
        }
    }
}
