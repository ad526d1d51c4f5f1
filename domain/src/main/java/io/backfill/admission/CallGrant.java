package io.backfill.admission;

import org.jspecify.annotations.Nullable;

/**
 * The memory grant of one line, over all its attempts. Empty until the gate fills it, emptied before every back-off, and closed
 * once the line's result is logged, because its answer is held until then. Releasing twice has no further effect. Thread-safe.
 */
public final class CallGrant implements ByteGrant, AutoCloseable {
    private @Nullable NodeCapacity capacity;
    private NodeCapacity.@Nullable Account account;
    private long held;
    private boolean onSeat;

    /**
     * Fills the grant. Called by the capacity under its own lock, without this grant's monitor: no other thread uses an empty
     * grant.
     */
    void granted(NodeCapacity from, NodeCapacity.Account of, long bytes, boolean seat) {
        capacity = from;
        account = of;
        held = bytes;
        onSeat = seat;
    }

    @Override
    public synchronized boolean tryGrow(long bytes) {
        NodeCapacity from = capacity;
        NodeCapacity.Account of = account;
        if (from == null || of == null || onSeat || !from.tryGrow(of, bytes)) {
            return false;
        }
        held += bytes;
        return true;
    }

    @Override
    public void shrinkTo(long bytes) {
        NodeCapacity from = shrink(bytes);
        if (from != null) {
            from.offer();
        }
    }

    /** Shrinks the grant. Returns the capacity that got something back and has not offered it yet, or null. */
    synchronized @Nullable NodeCapacity shrink(long bytes) {
        NodeCapacity from = capacity;
        NodeCapacity.Account of = account;
        long given = held - bytes;
        if (from == null || of == null || given <= 0 && bytes > 0) {
            return null;
        }
        held -= given;
        if (!onSeat) {
            from.giveBack(of, given);
        } else if (bytes == 0) {
            from.leaveSeat(of);
        } else {
            from.shrinkSeat(given);
        }
        if (bytes == 0) {
            capacity = null;
            account = null;
            onSeat = false;
        }
        return from;
    }

    @Override
    public synchronized long bytes() {
        return held;
    }

    /** Releases everything. Idempotent. */
    @Override
    public void close() {
        shrinkTo(0);
    }
}
