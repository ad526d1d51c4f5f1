package io.backfill.catalog.jpa;

import io.backfill.batches.RequestCounts;
import io.backfill.batches.Usage;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Query;
import java.util.Optional;

/** The counters of a batch. They grow once a second while it runs, without a new version of the row. */
@Embeddable
class CounterColumns {
    private int total;

    private int completed;

    private int failed;

    @Column(name = "usage_known")
    private boolean usageKnown;

    @Column(name = "input_tokens")
    private long inputTokens;

    @Column(name = "cached_tokens")
    private long cachedTokens;

    @Column(name = "output_tokens")
    private long outputTokens;

    @Column(name = "reasoning_tokens")
    private long reasoningTokens;

    @Column(name = "total_tokens")
    private long totalTokens;

    protected CounterColumns() {}

    static CounterColumns of(RequestCounts counts, Optional<Usage> usage) {
        CounterColumns columns = new CounterColumns();
        columns.total = counts.total();
        columns.completed = counts.completed();
        columns.failed = counts.failed();
        columns.usageKnown = usage.isPresent();
        Usage tokens = usage.orElse(Usage.NONE);
        columns.inputTokens = tokens.inputTokens();
        columns.cachedTokens = tokens.cachedTokens();
        columns.outputTokens = tokens.outputTokens();
        columns.reasoningTokens = tokens.reasoningTokens();
        columns.totalTokens = tokens.totalTokens();
        return columns;
    }

    /** Binds the counters to the parameters of the same names. */
    void bindTo(Query update) {
        update.setParameter("total", total)
                .setParameter("completed", completed)
                .setParameter("failed", failed)
                .setParameter("usageKnown", usageKnown)
                .setParameter("inputTokens", inputTokens)
                .setParameter("cachedTokens", cachedTokens)
                .setParameter("outputTokens", outputTokens)
                .setParameter("reasoningTokens", reasoningTokens)
                .setParameter("totalTokens", totalTokens);
    }

    RequestCounts toCounts() {
        return new RequestCounts(total, completed, failed);
    }

    Optional<Usage> toUsage() {
        return usageKnown
                ? Optional.of(new Usage(inputTokens, cachedTokens, outputTokens, reasoningTokens, totalTokens))
                : Optional.empty();
    }
}
