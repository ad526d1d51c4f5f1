package io.backfill.admission;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls that this node may have open and bytes that it may hold for them, over all models. Both are shared by dynamic thresholds
 * (Choudhury and Hahne, 1998): a model may hold at most half of what is free, {@code 1 /} {@value #FREE_PER_HELD}. So a model that is
 * slow, dead or greedy leaves two thirds of what was free before, also when its calls never end, and one that is alone gets a third of
 * all.
 *
 * <p>A call whose bytes do not fit goes to the <em>overflow seat</em>, once its model holds no bytes: one call at a time, beyond the
 * budget, the longest waiting model first. Hence never more than the budget and one call are held, and every call is sent some time.
 *
 * <p>Models that were refused are offered what becomes free, the one that holds least first; {@link #offer} must be called after
 * something was given back. Takes nothing while it waits, because it never waits. Thread-safe; its lock is the innermost one.
 */
public final class NodeCapacity {
    /** Times that what a model holds must be free. */
    static final int FREE_PER_HELD = 2;

    /** Enough for everything, and far from an overflow. */
    private static final long PLENTY = Long.MAX_VALUE / 8;

    /** Rounds of offers that one caller makes; after that the next one makes them. */
    private static final int MOST_ROUNDS = 16;

    private final long calls;
    private final long bytes;
    private long usedCalls;
    private long usedBytes;
    private long seatBytes;
    private boolean seatTaken;
    /** Models that were refused and want more, the longest waiting first. */
    private final Set<Account> starved = new LinkedHashSet<>();

    private volatile boolean anyStarved;
    /** Grows with whatever may let a refused model go. */
    private volatile long changes;

    private boolean offering;
    private boolean offerAgain;

    private NodeCapacity(long calls, long bytes) {
        this.calls = calls;
        this.bytes = bytes;
    }

    /**
     * @param calls open at once, at least 1
     * @param bytes held for them, at least 1
     */
    public static NodeCapacity of(int calls, long bytes) {
        if (calls < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "a node must be able to carry at least one call and one byte, not " + calls + " and " + bytes);
        }
        return new NodeCapacity(calls, Math.min(bytes, PLENTY));
    }

    /** Of a process that calls one model only: it may open all of the calls, and hold all of the bytes. */
    public static NodeCapacity ofOneModel(int calls, long bytes) {
        return of(calls * (1 + FREE_PER_HELD), bytes * (1 + FREE_PER_HELD));
    }

    /** Room for any number of calls of any size. */
    public static NodeCapacity unlimited() {
        return new NodeCapacity(PLENTY, PLENTY);
    }

    /** What one model holds. Guarded by the capacity's lock. */
    public static final class Account {
        private final Runnable offered;
        private long calls;
        private long bytes;
        private boolean onSeat;
        private boolean wantsBytes;
        /** Bytes of the call that others of the model are held back for, or 0. */
        private long heldBackFor;

        /** Bytes of the call that was refused last: of those that lack bytes the smallest, for no larger one is tried after it. */
        private long wanted;

        private Account(Runnable offered) {
            this.offered = offered;
        }
    }

    /** Whether a call was admitted, or else what was missing. */
    public enum Answer {
        TAKEN,
        NO_CALL,
        NO_BYTES
    }

    /**
     * The account of a model.
     *
     * @param offered tries again what was refused; is called under no lock of this class
     */
    public Account open(Runnable offered) {
        return new Account(offered);
    }

    /**
     * Room for one more call that needs so many bytes; all of it or nothing. Never blocks. A model that was refused keeps its place in the
     * line, for the call may yet give the room back unused: {@link #satisfied} is due once it goes.
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
        changed();
        return Answer.TAKEN;
    }

    /** Of what is free, those come first that were refused although they hold less. */
    private boolean mayOpen(Account account) {
        long ahead = 0;
        if (anyStarved) {
            for (Account other : starved) {
                ahead += other != account && !other.wantsBytes && other.calls < account.calls ? 1 : 0;
            }
        }
        return mayOpen(account, ahead);
    }

    private boolean mayOpen(Account account, long ahead) {
        return account.calls * FREE_PER_HELD < calls - usedCalls - ahead;
    }

    private boolean fits(Account account, long needed) {
        long left = bytes - usedBytes - needed;
        return needed == 0 || left >= 0 && (account.bytes + needed) * FREE_PER_HELD <= left;
    }

    private boolean maySit(Account account) {
        if (seatTaken || account.bytes > 0) {
            return false;
        }
        for (Account other : starved) {
            if (other.wantsBytes && other.bytes == 0) {
                return other == account;
            }
        }
        return true;
    }

    private Answer refuse(Account account, Answer missing, long needed) {
        account.wanted = needed;
        boolean bytes = missing == Answer.NO_BYTES;
        if (account.wantsBytes != bytes) {
            // it stands before others no more for what it wanted until now
            account.wantsBytes = bytes;
            changed();
        }
        starved.add(account);
        anyStarved = true;
        return missing;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void changed() {
        changes++;
    }

    private void forget(Account account) {
        if (anyStarved && starved.remove(account)) {
            account.wantsBytes = false;
            account.heldBackFor = 0;
            anyStarved = !starved.isEmpty();
            changed();
        }
    }

    /** The model wants nothing now that it was refused, or got some of it and lines up again for the rest. */
    public void satisfied(Account account) {
        if (anyStarved) {
            synchronized (this) {
                forget(account);
            }
        }
    }

    /**
     * Whether it is worth to hold back other calls of the model for one that does not fit: it does once they are over, or gets the
     * overflow seat then. {@link #offer} asks the model again when that changes.
     */
    public synchronized boolean isWorthHoldingBack(Account account, long needed) {
        boolean worth = wouldFitAlone(account, needed);
        account.heldBackFor = worth ? needed : 0;
        return worth;
    }

    /** Whether a call of the model has to wait for bytes of others: it would if the model made no other. Takes and changes nothing. */
    public synchronized boolean isShort(Account account, long needed) {
        return !fits(account, needed) && !maySit(account) && !wouldFitAlone(account, needed);
    }

    private boolean wouldFitAlone(Account account, long needed) {
        long left = bytes - (usedBytes - account.bytes) - needed;
        return !seatTaken || left >= 0 && needed * FREE_PER_HELD <= left;
    }

    /** A call is over; its grant keeps so many bytes until its result is logged. {@link #offer} is due. */
    public void close(Account account, CallGrant grant, long kept) {
        grant.shrink(kept);
        synchronized (this) {
            account.calls--;
            usedCalls--;
        }
    }

    /** Whether the model holds nothing, so that its account may be dropped. */
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
     * Lets models that were refused try again. To be called after anything was given back, under no lock of the caller's. Costs nothing
     * while none was refused. Of several callers one does the work.
     */
    public void offer() {
        if (!anyStarved || !beginOffering()) {
            return;
        }
        int rounds = 0;
        boolean again = true;
        while (again) {
            long before = changes;
            boolean asked = false;
            boolean done = false;
            try {
                for (Account account : worthAsking()) {
                    asked = true;
                    account.offered.run();
                }
                done = true;
            } finally {
                // one that took nothing after all left room for those behind it; after a failure the next caller does
                // the work
                again = endRound(done && asked && changes != before, done ? ++rounds : MOST_ROUNDS);
            }
        }
    }

    private synchronized boolean beginOffering() {
        if (offering) {
            offerAgain = true;
            return false;
        }
        offering = true;
        offerAgain = false;
        return true;
    }

    private synchronized boolean endRound(boolean changed, int rounds) {
        boolean again = (changed || offerAgain) && anyStarved && rounds < MOST_ROUNDS;
        offerAgain = false;
        offering = again;
        return again;
    }

    /** Those that would not be refused again, the one that holds least first, of equals the longest waiting. */
    private synchronized List<Account> worthAsking() {
        List<Account> accounts = new ArrayList<>(starved);
        accounts.sort(Comparator.comparingLong(account -> account.calls));
        List<Account> worth = new ArrayList<>();
        long ahead = 0;
        for (Account account : accounts) {
            boolean able = account.wantsBytes ? mayTakeBytes(account) : mayOpen(account, ahead);
            if (able) {
                worth.add(account);
                ahead += account.wantsBytes ? 0 : 1;
            }
        }
        return worth;
    }

    /** One that holds back others for a large call is always asked: whether that is worth it depends on all models. */
    private boolean mayTakeBytes(Account account) {
        return account.heldBackFor > 0 || fits(account, account.wanted) || maySit(account);
    }

    /** What a node carries now; for metrics. */
    public record Load(long calls, long maxCalls, long bytes, long maxBytes, long overflowBytes, int modelsRefused) {}

    public synchronized Load load() {
        return new Load(usedCalls, calls, usedBytes, bytes, seatBytes, starved.size());
    }
}
