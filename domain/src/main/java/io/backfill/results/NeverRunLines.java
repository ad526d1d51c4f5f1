package io.backfill.results;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.plan.PlanEntry;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Creates an error line for every position in a batch's plans without a result. Plans are sorted by prompt, so their lines are
 * scattered over the input. Lines are therefore sorted by input position in large groups and read in stretches. Memory:
 * {@value #SORTED_AT_ONCE} entries.
 */
final class NeverRunLines implements Closeable {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int SORTED_AT_ONCE = 131_072;

    private final FileStore store;
    private final BatchId batch;
    private final NotRunReason why;
    private final CustomIds ids;
    private final Deque<Map.Entry<ModelPlan, Checkpoint>> plans;
    private final Deque<PlanEntry> sorted = new ArrayDeque<>();
    private Optional<PlanCursor> cursor = Optional.empty();
    private BitSet done = new BitSet();

    NeverRunLines(
            FileStore store, BlobReader input, BatchId batch, NotRunReason why, Map<ModelPlan, Checkpoint> partitions) {
        this.store = store;
        this.batch = batch;
        this.why = why;
        this.ids = new CustomIds(input);
        this.plans = new ArrayDeque<>(partitions.entrySet());
    }

    /** Returns the next lines; an empty array if there are no more. */
    byte[] next() throws IOException {
        ByteArrayOutputStream piece = new ByteArrayOutputStream(PIECE_BYTES + 1024);
        while (piece.size() < PIECE_BYTES) {
            if (sorted.isEmpty()) {
                sort();
            }
            PlanEntry line = sorted.poll();
            if (line == null) {
                break;
            }
            piece.writeBytes(ResultLine.failed(batch, line.line(), ids.of(line), why.code(), why.message())
                    .bytes());
        }
        return piece.toByteArray();
    }

    private void sort() throws IOException {
        List<PlanEntry> some = new ArrayList<>();
        for (Optional<PlanEntry> entry = nextUnfinished(); entry.isPresent(); entry = nextUnfinished()) {
            some.add(entry.get());
            if (some.size() == SORTED_AT_ONCE) {
                break;
            }
        }
        some.sort(Comparator.comparingLong(PlanEntry::offset));
        sorted.addAll(some);
    }

    private Optional<PlanEntry> nextUnfinished() throws IOException {
        while (true) {
            if (cursor.isEmpty()) {
                Map.Entry<ModelPlan, Checkpoint> plan = plans.poll();
                if (plan == null) {
                    return Optional.empty();
                }
                done = Objects.requireNonNull(plan.getValue()).done();
                cursor = Optional.of(PlanCursor.open(store, plan.getKey()));
            }
            Optional<PlanEntry> entry = cursor.get().next();
            if (entry.isEmpty()) {
                closeCursor();
            } else if (!done.get(entry.get().index())) {
                return entry;
            }
        }
    }

    private void closeCursor() throws IOException {
        if (cursor.isPresent()) {
            cursor.get().close();
            cursor = Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        try (ids) {
            closeCursor();
        }
    }
}
