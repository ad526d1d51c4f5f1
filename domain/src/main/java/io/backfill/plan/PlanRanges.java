package io.backfill.plan;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Deals the entries of a stored plan that have no result yet to lanes. Each lane processes a contiguous range of the plan, and the
 * ranges are cut to equal cost. A lane that has reached the end of its range takes the far half of the longest remaining range, if
 * it is allowed to. So every replica behind a lane computes its own part of the prefix tree, and each cut causes at most one path
 * of the tree to be computed twice.
 *
 * <p>Within the last entries of the plan every lane deals those with its longest answers first, grouped by powers of two and
 * otherwise in plan order, because a long answer that begins last would alone keep the batch open.
 *
 * <p>Not thread-safe. Holds a few hundred entries per lane, regardless of the plan's size, and the tail.
 */
public final class PlanRanges implements Closeable {
    private static final int PIECE_ENTRIES = 256;

    private final BlobReader blob;
    private final BitSet done;
    private final List<Range> ranges = new ArrayList<>();
    private final int tailSize;
    private long freshTokens;
    private long plannedOutput;
    /** Entries without a result that no lane has taken yet. */
    private int left;

    /** The remaining entries of each lane, once the tail has begun. */
    private List<Deque<PlanEntry>> tails = List.of();

    private PlanRanges(BlobReader blob, BitSet done, int tailSize) {
        this.blob = blob;
        this.done = done;
        this.tailSize = tailSize;
    }

    /**
     * Reads the plan once to cut it into ranges.
     *
     * @param lanes at least 1
     * @param done positions that have a result; not modified
     * @param tailSize number of entries at the end that are dealt longest first
     */
    public static PlanRanges open(FileStore store, ModelPlan plan, int lanes, BitSet done, int tailSize)
            throws IOException {
        BlobReader blob = store.open(plan.key());
        try {
            if (blob.size() != (long) plan.entries() * PlanEntries.ENTRY_BYTES) {
                throw new IOException("plan " + plan.key() + " has " + blob.size() + " bytes, which is not "
                        + plan.entries() + " entries");
            }
            PlanRanges ranges = new PlanRanges(blob, done, tailSize);
            ranges.cut(plan.entries(), lanes);
            return ranges;
        } catch (IOException | RuntimeException e) {
            blob.close();
            throw e;
        }
    }

    /** Returns the prompt tokens to be computed for the entries that had no result when this was opened. */
    public long freshTokens() {
        return freshTokens;
    }

    /** Returns the output tokens planned for the entries that had no result when this was opened. */
    public long plannedOutput() {
        return plannedOutput;
    }

    /** Whether all entries have been dealt. */
    public boolean exhausted() {
        return left == 0;
    }

    /** How many entries a lane that has reached the end of its range takes over from another lane. */
    public enum TakeOver {
        NOTHING,
        /** One entry, as a probe of the lane's replica. */
        ONE,
        HALF;

        private int of(int entries) {
            return switch (this) {
                case NOTHING -> 0;
                case ONE -> Math.min(1, entries);
                case HALF -> Math.ceilDiv(entries, 2);
            };
        }
    }

    /** Whether the lane has entries of its own. At least one lane has, unless this is {@link #exhausted}. */
    public boolean hasOwn(int lane) {
        return tails.isEmpty()
                ? ranges.get(lane).length() > 0
                : !tails.get(lane).isEmpty();
    }

    /** Returns the next entry for a lane, either its own or one taken over. Empty only if no entries remain. */
    public Optional<PlanEntry> next(int lane) throws IOException {
        return next(lane, () -> TakeOver.HALF);
    }

    /**
     * Returns the next entry for a lane, either its own or one taken over. Empty if no entries remain or {@code takeOver} allows
     * none.
     *
     * @param takeOver called only if the lane has no entries of its own
     */
    public Optional<PlanEntry> next(int lane, Supplier<TakeOver> takeOver) throws IOException {
        if (left == 0) {
            return Optional.empty();
        }
        if (tails.isEmpty() && left <= tailSize) {
            List<Deque<PlanEntry>> all = new ArrayList<>();
            for (Range range : ranges) {
                all.add(longestFirst(range));
            }
            tails = all;
        }
        Optional<PlanEntry> next = tails.isEmpty() ? nextOf(lane, takeOver) : nextOfTail(lane, takeOver);
        left -= next.isPresent() ? 1 : 0;
        return next;
    }

    private Optional<PlanEntry> nextOfTail(int lane, Supplier<TakeOver> takeOver) {
        Deque<PlanEntry> own = tails.get(lane);
        if (own.isEmpty()) {
            Deque<PlanEntry> victim =
                    tails.stream().max(Comparator.comparingInt(Deque::size)).orElseThrow();
            for (int taken = takeOver.get().of(victim.size()); taken > 0; taken--) {
                own.addFirst(victim.removeLast());
            }
        }
        return Optional.ofNullable(own.poll());
    }

    private Optional<PlanEntry> nextOf(int lane, Supplier<TakeOver> takeOver) throws IOException {
        Range own = ranges.get(lane);
        Optional<TakeOver> allowed = Optional.empty();
        while (true) {
            Optional<PlanEntry> entry = own.next();
            if (entry.isPresent()) {
                return entry;
            }
            TakeOver much = allowed.orElseGet(takeOver);
            allowed = Optional.of(much);
            if (much == TakeOver.NOTHING) {
                return Optional.empty();
            }
            Range victim =
                    ranges.stream().max(Comparator.comparingInt(Range::length)).orElseThrow();
            own.take(victim.giveFar(much.of(victim.length())));
        }
    }

    private static Deque<PlanEntry> longestFirst(Range range) throws IOException {
        List<PlanEntry> entries = new ArrayList<>();
        for (Optional<PlanEntry> entry = range.next(); entry.isPresent(); entry = range.next()) {
            entries.add(entry.get());
        }
        entries.sort(Comparator.comparingInt(entry -> Integer.numberOfLeadingZeros(EntryCost.plannedOutput(entry))));
        return new ArrayDeque<>(entries);
    }

    private void cut(int entries, int lanes) throws IOException {
        long[] costs = new long[Math.ceilDiv(entries, PIECE_ENTRIES)];
        long total = 0;
        Range whole = new Range(0, entries);
        for (Optional<PlanEntry> next = whole.next(); next.isPresent(); next = whole.next()) {
            PlanEntry entry = next.get();
            long cost = EntryCost.of(entry);
            costs[entry.index() / PIECE_ENTRIES] += cost;
            total += cost;
            freshTokens += entry.freshTokens();
            plannedOutput += EntryCost.plannedOutput(entry);
            left++;
        }
        int from = 0;
        long before = 0;
        int piece = 0;
        for (int lane = 0; lane < lanes; lane++) {
            long until = total / lanes * (lane + 1);
            while (piece < costs.length && before + costs[piece] <= until) {
                before += costs[piece++];
            }
            int to = lane == lanes - 1 ? entries : Math.max(from, placeAt(piece, until - before, entries));
            ranges.add(new Range(from, to));
            from = to;
        }
    }

    /** Returns the largest position within a piece such that the piece's entries before it cost at most {@code cost}. */
    private int placeAt(int piece, long cost, int entries) throws IOException {
        int from = Math.min(entries, piece * PIECE_ENTRIES);
        Range within = new Range(from, Math.min(entries, from + PIECE_ENTRIES));
        long sum = 0;
        for (Optional<PlanEntry> next = within.next(); next.isPresent(); next = within.next()) {
            sum += EntryCost.of(next.get());
            if (sum > cost) {
                return next.get().index();
            }
        }
        return within.end;
    }

    @Override
    public void close() throws IOException {
        blob.close();
    }

    /** Positions from {@code next} to {@code end}, exclusive. */
    private final class Range {
        private int next;
        private int end;
        private byte[] piece = new byte[0];
        private int pieceStart;

        Range(int next, int end) {
            this.next = next;
            this.end = end;
        }

        int length() {
            return end - next;
        }

        Range giveFar(int entries) {
            Range far = new Range(end - entries, end);
            end -= entries;
            return far;
        }

        void take(Range other) {
            next = other.next;
            end = other.end;
            piece = new byte[0];
        }

        Optional<PlanEntry> next() throws IOException {
            next = done.nextClearBit(next);
            if (next >= end) {
                next = end;
                return Optional.empty();
            }
            int at = next - pieceStart;
            if (at < 0 || (at + 1) * PlanEntries.ENTRY_BYTES > piece.length) {
                int count = Math.min(PIECE_ENTRIES, end - next);
                piece = new byte[count * PlanEntries.ENTRY_BYTES];
                blob.readFully((long) next * PlanEntries.ENTRY_BYTES, piece, 0, piece.length);
                pieceStart = next;
                at = 0;
            }
            return Optional.of(PlanEntries.decode(next++, piece, at * PlanEntries.ENTRY_BYTES));
        }
    }
}
