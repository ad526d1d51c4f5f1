package io.backfill.memory;

import io.backfill.batches.Batch;
import io.backfill.batches.Handback;
import io.backfill.batches.ModelWork;
import io.backfill.batches.WaitingBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The last hand-back of a batch, and the time from which it may be claimed again. */
record MemoryHandback(Handback how, Instant retryAt, int failures) {
    static final MemoryHandback NEVER = new MemoryHandback(Handback.UNKNOWN, Instant.EPOCH, 0);

    static MemoryHandback first(Handback how, Instant now) {
        return NEVER.next(how, now);
    }

    MemoryHandback next(Handback next, Instant now) {
        int inARow = next.failures(failures);
        Instant from = next.turn() == Handback.Turn.KEPT ? Instant.EPOCH : now.plus(Handback.pause(inARow));
        return new MemoryHandback(next, from, inARow);
    }

    Duration pause() {
        return Handback.pause(failures);
    }

    List<String> models() {
        return how.left().stream().map(ModelWork::model).toList();
    }

    boolean waitsFor(String model, Instant now) {
        return !retryAt.isAfter(now) && (model.isEmpty() ? how.left().isEmpty() : models().contains(model));
    }

    WaitingBatch waiting(Batch batch, String model) {
        int lines = how.left().stream()
                .filter(work -> work.model().equals(model))
                .mapToInt(ModelWork::lines)
                .sum();
        return new WaitingBatch(
                batch.id(),
                batch.tenant(),
                batch.deadline(),
                model,
                lines,
                Math.max(1, models().size()),
                batch.steering().priority());
    }
}
