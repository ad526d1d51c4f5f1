package io.backfill.dispatch;

import io.backfill.plan.PlanRanges;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * The entries of a window by lane: those that wait, and the number of those with an open call. Each lane has its share of the
 * places. Guarded by the window's lock.
 */
final class Lanes {
    /** Maximum number of waiting entries per lane. */
    private final int aheadPerLane;

    private final List<Lane> lanes = new ArrayList<>();
    private int size;
    /** Maximum number of open calls per lane. */
    private int openPerLane;

    private int open;
    private int waiting;
    /** Number of results for the output file. */
    private long succeeded;
    /**
     * Set when a lane has used up half of its waiting entries. The thread that fills the window is then woken, not for every line.
     */
    private boolean hungry;

    /** The entries of one range of the plan. */
    private static final class Lane {
        final Deque<LaneEntry> waiting = new ArrayDeque<>();
        final LaneErrors errors = new LaneErrors();
        int open;

        int held() {
            return open + waiting.size();
        }
    }

    Lanes(int size, int ahead, int count) {
        this.size = size;
        this.openPerLane = Math.ceilDiv(size, count);
        this.aheadPerLane = Math.ceilDiv(ahead, count);
        for (int lane = 0; lane < count; lane++) {
            lanes.add(new Lane());
        }
    }

    /** Changes the maximum number of open calls. Returns whether it is larger than before. */
    boolean resize(int newSize) {
        boolean grows = newSize > size;
        size = newSize;
        openPerLane = Math.ceilDiv(newSize, lanes.size());
        return grows;
    }

    /** Passes waiting entries to {@code start}, which must {@link #enter} each, as long as there are places. */
    void startWaiting(Consumer<LaneEntry> start) {
        for (Lane lane : lanes) {
            while (mayOpen(lane) && !lane.waiting.isEmpty()) {
                start.accept(lane.waiting.getFirst());
                lane.waiting.removeFirst();
                waiting--;
            }
        }
    }

    /** See {@link CallWindow#lanesWithRoom(int, IntPredicate)}. */
    List<Integer> withRoom(int most, IntPredicate hasOwn) {
        int[] held = new int[lanes.size()];
        int[] room = new int[held.length];
        for (int lane = 0; lane < held.length; lane++) {
            held[lane] = lanes.get(lane).held();
            room[lane] = roomOf(lanes.get(lane), hasOwn.test(lane)) - held[lane];
        }
        List<Integer> withRoom = new ArrayList<>();
        for (int lane = least(held, room); lane >= 0 && withRoom.size() < most; lane = least(held, room)) {
            held[lane]++;
            room[lane]--;
            withRoom.add(lane);
        }
        return withRoom;
    }

    private int roomOf(Lane lane, boolean hasOwn) {
        if (hasOwn || !lane.errors.only()) {
            return openPerLane + aheadPerLane;
        }
        return lane.errors.isProbeDue(succeeded) ? 1 : 0;
    }

    /** Returns the lane with room that holds the fewest entries, or -1 if no lane has room. */
    private static int least(int[] held, int[] room) {
        int best = -1;
        for (int lane = 0; lane < held.length; lane++) {
            if (room[lane] > 0 && (best < 0 || held[lane] < held[best])) {
                best = lane;
            }
        }
        return best;
    }

    /** See {@link CallWindow#takeOver}. */
    PlanRanges.TakeOver takeOver(int lane) {
        LaneErrors errors = lanes.get(lane).errors;
        if (!errors.only()) {
            return PlanRanges.TakeOver.HALF;
        }
        return errors.tryProbe(succeeded) ? PlanRanges.TakeOver.ONE : PlanRanges.TakeOver.NOTHING;
    }

    /** Records the result of a line. */
    void note(int lane, boolean success) {
        succeeded += success ? 1 : 0;
        lanes.get(lane).errors.note(success, succeeded);
    }

    boolean mayOpen(int lane) {
        return mayOpen(lanes.get(lane));
    }

    private boolean mayOpen(Lane lane) {
        return open < size && lane.open < openPerLane;
    }

    void add(LaneEntry entry) {
        lanes.get(entry.lane()).waiting.add(entry);
        waiting++;
    }

    /** Takes a place for an open call. */
    void enter(int lane) {
        open++;
        lanes.get(lane).open++;
    }

    /** Returns the place of a call that ended. */
    void leave(int lane) {
        open--;
        lanes.get(lane).open--;
    }

    /** Removes a waiting entry and takes a place for it. Prefers {@code preferred}, the lane of the call that ended. */
    Optional<LaneEntry> next(int preferred) {
        Lane own = lanes.get(preferred);
        Lane from = own.waiting.isEmpty() ? neediest() : own;
        if (from.waiting.size() <= aheadPerLane / 2) {
            hungry = true;
        }
        if (!mayOpen(from) || from.waiting.isEmpty()) {
            return Optional.empty();
        }
        LaneEntry entry = from.waiting.removeFirst();
        waiting--;
        enter(entry.lane());
        return Optional.of(entry);
    }

    /** Returns the lane with the most waiting entries among those that may open another call. */
    private Lane neediest() {
        Lane best = lanes.getFirst();
        for (Lane lane : lanes) {
            if (mayOpen(lane) && (lane.waiting.size() > best.waiting.size() || !mayOpen(best))) {
                best = lane;
            }
        }
        return best;
    }

    void dropWaiting() {
        lanes.forEach(lane -> lane.waiting.clear());
        waiting = 0;
    }

    boolean isIdle() {
        return open == 0 && waiting == 0;
    }

    boolean isHungry() {
        return hungry;
    }

    void clearHungry() {
        hungry = false;
    }
}
