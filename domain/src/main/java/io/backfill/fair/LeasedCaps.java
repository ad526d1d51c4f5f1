package io.backfill.fair;

import io.backfill.errors.BackfillException;
import io.backfill.models.Model;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * This node's slots of every model's cap, from a {@link ShareTable}. A share that was not renewed in time is worth nothing: no call
 * begins then, though those that are open go on. Thread-safe; {@link #exchangeOnce} is for one thread.
 */
public final class LeasedCaps implements CapShares {
    /** A node stops to count on its share so long before it runs out, as it does with leases. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    /** Passes without a call until the share is given back. */
    private static final int IDLE_PASSES = 20;

    private final ShareTable table;
    private final String node;
    private final Duration length;
    private final Duration trusted;
    private final LongSupplier nanoTime;
    private volatile Runnable wake = () -> {};
    private final ConcurrentMap<String, Share> shares = new ConcurrentHashMap<>();

    /** What this node has of one model. */
    private static final class Share {
        volatile int cap;
        volatile int slots;
        volatile long until;
        int idle;

        Share(int cap, long until) {
            this.cap = cap;
            this.until = until;
        }
    }

    /** What the gate has of a model. */
    public record Load(int open, int waiting) {}

    /**
     * @param node unique among all boots of all nodes
     * @param length of a share's lease
     */
    public LeasedCaps(ShareTable table, String node, Duration length, LongSupplier nanoTime) {
        this.table = table;
        this.node = node;
        this.length = length;
        // short leases are for tests and benches: half of one is trusted at least
        this.trusted = length.compareTo(MARGIN.multipliedBy(2)) < 0 ? length.dividedBy(2) : length.minus(MARGIN);
        this.nanoTime = nanoTime;
    }

    /** Called when a model is wanted of which there is no share yet: a pass is worth while at once. Must not block. */
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
     * One pass, twice a second or so: renews every share by what its model needs here.
     *
     * @param gate what is open and waits of a model
     * @throws BackfillException when the database is away; shares last until they run out
     */
    public void exchangeOnce(Function<String, Load> gate) {
        for (String model : shares.keySet()) {
            exchange(model, gate);
        }
    }

    private void exchange(String model, Function<String, Load> gate) {
        Share share = shares.get(model);
        if (share == null) {
            return;
        }
        Load load = gate.apply(model);
        int demand = load.open() + load.waiting();
        share.idle = demand == 0 ? share.idle + 1 : 0;
        if (share.idle > IDLE_PASSES) {
            share.slots = 0;
            if (gate.apply(model).open() == 0) {
                table.giveBack(model, node);
                shares.remove(model, share);
                return;
            }
        }
        long askedAt = nanoTime.getAsLong();
        int slots = table.exchange(new ShareTable.Ask(model, node, demand, share.cap, length), target -> {
            share.slots = Math.min(share.slots, target);
            return gate.apply(model).open();
        });
        share.slots = slots;
        share.until = askedAt + trusted.toNanos();
    }

    /** Gives everything back whose calls have ended; for a stopping node. */
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
