package io.backfill.admission;

import java.util.ArrayList;
import java.util.List;

/**
 * Open calls and bytes that this node can carry, over all models. Both are shared by dynamic thresholds (Choudhury and Hahne,
 * 1998): a model may hold at most half of what is free, {@code 1 /} {@value #FREE_PER_HELD}. A model that is slow, dead or greedy
 * therefore leaves two thirds of what was free before, even if its calls never end. A model that is alone gets a third of the
 * total.
 *
 * <p>A call whose bytes do not fit gets the <em>overflow seat</em>, once its model holds no bytes. The seat is for one call at a
 * time, beyond the budget, of the model that has waited longest. So at most the budget and one call are held, and every call is
 * sent eventually.
 *
 * <p>Models that were refused are offered what becomes free, the one that holds least first. {@link #offer} must be called after
 * something was released. Never waits. Thread-safe; its lock is the innermost one.
 */
public final class NodeCapacity {
    /** Units that must be free for each unit that a model holds. */
    static final int FREE_PER_HELD = 2;

    /** Large enough for everything, and small enough not to overflow. */
    private static final long PLENTY = Long.MAX_VALUE / 8;

    private final long calls;
    private final long bytes;
    private long usedCalls;
    private long usedBytes;
    private long seatBytes;
    private boolean seatTaken;
    private final RefusedModels refused = new RefusedModels();

    private NodeCapacity(long calls, long bytes) {
        this.calls = calls;
        this.bytes = bytes;
    }

    /**
     * @param calls maximum number of open calls, at least 1
     * @param bytes maximum number of bytes held for them, at least 1
     */
    public static NodeCapacity of(int calls, long bytes) {
        if (calls < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "a node must be able to carry at least one call and one byte, not " + calls + " and " + bytes);
        }
        return new NodeCapacity(calls, Math.min(bytes, PLENTY));
    }

    /** Returns the capacity of a process that calls only one model, which may open all of the calls and hold all of the bytes. */
    public static NodeCapacity ofOneModel(int calls, long bytes) {
        return of(calls * (1 + FREE_PER_HELD), bytes * (1 + FREE_PER_HELD));
    }

    /** Returns a capacity for any number of calls of any size. */
    public static NodeCapacity unlimited() {
        return new NodeCapacity(PLENTY, PLENTY);
    }

    /** What one model holds. Guarded by the capacity's lock. */
    public static final class Account {
        private final Runnable offered;
        long calls;
        long bytes;
        private boolean onSeat;
        boolean wantsBytes;
        /** Bytes of the call that other calls of the model are held back for, or 0. */
        long heldBackFor;

        /**
         * Bytes of the call that was refused last. Of the calls that lack bytes it is the smallest, because no larger one is tried
         * after it.
         */
        private long wanted;

        private Account(Runnable offered) {
            this.offered = offered;
        }
    }

    /** Whether a call was admitted, or what was missing. */
    public enum Answer {
        TAKEN,
        NO_CALL,
        NO_BYTES
    }

    /**
     * Opens the account of a model.
     *
     * @param offered retries refused calls; called without holding a lock of this class
     */
    public Account open(Runnable offered) {
        return new Account(offered);
    }

    /**
     * Takes room for one more call that needs {@code needed} bytes, all of it or nothing. Never blocks. A model that was refused
     * before keeps its place in the queue, because the call may still return the room unused: {@link #satisfied} must be called
     * once it goes.
     */
    public synchronized Answer tryTake(Account account, CallGrant grant, long needed) {
        if (!mayOpen(account)) {
            return refuse(account, Answer.NO_CALL, 0);
        }
        boolean seat = !fits(account, needed);
        if (seat && !maySit(account)) {
            return refuse(account, Answer.NO_BYTES, needed);
        }
        account.calls++;
        usedCalls++;
        if (seat) {
            seatTaken = true;
            seatBytes = needed;
            account.onSeat = true;
        } else {
            account.bytes += needed;
            usedBytes += needed;
        }
        grant.granted(this, account, needed, seat);
        refused.changed();
        return Answer.TAKEN;
    }

    /** Returns whether the model may open a call. Refused models that hold fewer calls come first. */
    private boolean mayOpen(Account account) {
        return mayOpen(account, refused.ahead(account));
    }

    private boolean mayOpen(Account account, long ahead) {
        return account.calls * FREE_PER_HELD < calls - usedCalls - ahead;
    }

    private boolean fits(Account account, long needed) {
        long left = bytes - usedBytes - needed;
        return needed == 0 || left >= 0 && (account.bytes + needed) * FREE_PER_HELD <= left;
    }

    private boolean maySit(Account account) {
        return !seatTaken && account.bytes == 0 && refused.isFirstForSeat(account);
    }

    private Answer refuse(Account account, Answer missing, long needed) {
        account.wanted = needed;
        refused.add(account, missing == Answer.NO_BYTES);
        return missing;
    }

    /**
     * Removes the model from the refused ones. Must be called once none of its calls is refused, and when one of its calls was
     * admitted, so that the model queues again for the next one.
     */
    public void satisfied(Account account) {
        if (refused.any()) {
            synchronized (this) {
                refused.remove(account);
            }
        }
    }

    /**
     * Returns whether holding back the model's other calls helps a call that does not fit: once they have ended it fits, or gets
     * the overflow seat. {@link #offer} retries the model when this changes.
     */
    public synchronized boolean isWorthHoldingBack(Account account, long needed) {
        boolean worth = wouldFitAlone(account, needed);
        account.heldBackFor = worth ? needed : 0;
        return worth;
    }

    /** Returns whether a call has to wait for bytes of other models, even if its model made no other call. Changes nothing. */
    public synchronized boolean isShort(Account account, long needed) {
        return !fits(account, needed) && !maySit(account) && !wouldFitAlone(account, needed);
    }

    private boolean wouldFitAlone(Account account, long needed) {
        long left = bytes - (usedBytes - account.bytes) - needed;
        return !seatTaken || left >= 0 && needed * FREE_PER_HELD <= left;
    }

    /** Ends a call. Its grant keeps {@code kept} bytes until its result is logged. {@link #offer} must be called afterwards. */
    public void close(Account account, CallGrant grant, long kept) {
        grant.shrink(kept);
        synchronized (this) {
            account.calls--;
            usedCalls--;
        }
    }

    /** Returns whether the model holds nothing, so that its account can be dropped. */
    public synchronized boolean isIdle(Account account) {
        return account.calls == 0 && account.bytes == 0 && !account.onSeat;
    }

    synchronized boolean tryGrow(Account account, long more) {
        if (!fits(account, more)) {
            return false;
        }
        account.bytes += more;
        usedBytes += more;
        return true;
    }

    synchronized void giveBack(Account account, long given) {
        account.bytes -= given;
        usedBytes -= given;
    }

    synchronized void shrinkSeat(long given) {
        seatBytes -= given;
    }

    synchronized void leaveSeat(Account account) {
        seatBytes = 0;
        seatTaken = false;
        account.onSeat = false;
    }

    /**
     * Lets refused models try again. Must be called after anything was released, while the caller holds no lock. Costs nothing
     * while no model is refused. If several threads call it, one of them does the work.
     */
    public void offer() {
        if (!refused.any() || !beginOffering()) {
            return;
        }
        int rounds = 0;
        boolean again = true;
        while (again) {
            long before = refused.changes();
            boolean asked = false;
            boolean done = false;
            try {
                for (Account account : worthAsking()) {
                    asked = true;
                    account.offered.run();
                }
                done = true;
            } finally {
                // a model that took nothing after all has left room for those behind it; after a failure the next
                // caller makes the offers
                boolean changed = done && asked && refused.changes() != before;
                again = endRound(changed, done ? ++rounds : RefusedModels.MOST_ROUNDS);
            }
        }
    }

    private synchronized boolean beginOffering() {
        return refused.beginOffering();
    }

    private synchronized boolean endRound(boolean changed, int rounds) {
        return refused.endRound(changed, rounds);
    }

    /**
     * Returns the models that would not be refused again: the one with the fewest calls first, of equals the one that has waited
     * longest.
     */
    private synchronized List<Account> worthAsking() {
        List<Account> worth = new ArrayList<>();
        long ahead = 0;
        for (Account account : refused.byCalls()) {
            boolean able = account.wantsBytes ? mayTakeBytes(account) : mayOpen(account, ahead);
            if (able) {
                worth.add(account);
                ahead += account.wantsBytes ? 0 : 1;
            }
        }
        return worth;
    }

    /**
     * Returns whether a model that lacks bytes may get some. A model that holds back calls for a large one is always retried,
     * because whether that helps depends on all models.
     */
    private boolean mayTakeBytes(Account account) {
        return account.heldBackFor > 0 || fits(account, account.wanted) || maySit(account);
    }

    /** Current load of a node, for metrics. */
    public record Load(long calls, long maxCalls, long bytes, long maxBytes, long overflowBytes, int modelsRefused) {}

    public synchronized Load load() {
        return new Load(usedCalls, calls, usedBytes, bytes, seatBytes, refused.count());
    }
}
