package io.backfill.results;

import io.backfill.batches.Usage;

/** Totals of a log: lines by kind, and tokens. */
public record LogTotals(int completed, int failed, Usage usage) {
    public static final LogTotals NONE = new LogTotals(0, 0, Usage.NONE);

    public LogTotals plus(ResultKind kind, Usage more) {
        return switch (kind) {
            case OUTPUT -> new LogTotals(completed + 1, failed, usage.plus(more));
            case ERROR -> new LogTotals(completed, failed + 1, usage);
        };
    }

    public LogTotals plus(LogTotals other) {
        return new LogTotals(completed + other.completed, failed + other.failed, usage.plus(other.usage));
    }
}
