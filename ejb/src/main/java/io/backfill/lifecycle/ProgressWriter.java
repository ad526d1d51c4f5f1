package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.batches.BatchCatalog;
import io.backfill.batches.Forecast;
import io.backfill.batches.RequestCounts;
import io.backfill.errors.BackfillException;
import io.backfill.fair.DeadlineRisk;
import io.backfill.fair.DeadlineWatch;
import io.backfill.ops.LogContext;
import io.backfill.results.LogTotals;
import io.backfill.run.RunningBatch;
import io.backfill.run.RunningBatches;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Once a second, writes the counts of the batches that this node holds where they have changed, several batches per
 * transaction, and their forecast where it has changed. A crash before a write loses nothing, since the next owner reads the
 * logs. Runs on one thread, which is not the one that renews leases.
 */
public final class ProgressWriter {
    private static final int AT_ONCE = 100;

    private final BatchCatalog catalog;
    private final RunningBatches running;
    private final DeadlineWatch deadlines;
    /** The counts last written for each batch that is still held. */
    private final Map<RunningBatch, LogTotals> written = new HashMap<>();

    public ProgressWriter(BatchCatalog catalog, RunningBatches running, DeadlineWatch deadlines) {
        this.catalog = catalog;
        this.running = running;
        this.deadlines = deadlines;
    }

    /** One pass. Counts that cannot be written now are written by a later pass. */
    public void writeOnce() {
        List<RunningBatch> all = running.all();
        written.keySet().retainAll(all);
        List<RunningBatch> changed = all.stream()
                .filter(held -> !held.totals().equals(written.getOrDefault(held, LogTotals.NONE)))
                .toList();
        for (int from = 0; from < changed.size(); from += AT_ONCE) {
            write(changed.subList(from, Math.min(changed.size(), from + AT_ONCE)));
        }
        all.forEach(this::foresee);
    }

    private void write(List<RunningBatch> some) {
        Map<RunningBatch, LogTotals> totals = new HashMap<>();
        List<BatchCatalog.Progress> progress = new ArrayList<>();
        for (RunningBatch held : some) {
            LogTotals now = held.totals();
            totals.put(held, now);
            progress.add(new BatchCatalog.Progress(
                    held.id(),
                    held.epoch(),
                    new RequestCounts(now.completed() + now.failed(), now.completed(), now.failed()),
                    now.completed() == 0 ? Optional.empty() : Optional.of(now.usage())));
        }
        try {
            catalog.recordProgress(progress);
            written.putAll(totals);
        } catch (BackfillException databaseAway) {
            LOG.debugf(
                    "could not write the counts of %d batches, retrying later: %s",
                    some.size(), databaseAway.getMessage());
        }
    }

    /**
     * Writes the forecast if it has changed enough: each write is an additional update of a row that is already updated every
     * second.
     */
    private void foresee(RunningBatch held) {
        DeadlineRisk risk = deadlines.of(held.id());
        Forecast before = held.forecast();
        Forecast now = new Forecast(held.prefixBound(), risk.atRisk(), risk.expectedEnd());
        try (LogContext _ = LogContext.of(held.batch())) {
            if (now.isNewsAfter(before) && catalog.recordForecast(held.id(), held.epoch(), now)) {
                held.foreseen(now);
                if (now.atRisk() && !before.atRisk()) {
                    LOG.atRisk(
                            held.id().value(),
                            String.valueOf(now.expectedEnd().orElse(null)),
                            held.batch().deadline().toString());
                } else if (before.atRisk() && !now.atRisk()) {
                    LOG.noLongerAtRisk(held.id().value());
                }
            }
        } catch (BackfillException databaseAway) {
            LOG.debugf(
                    "could not write the forecast of batch %s, retrying later: %s",
                    held.id(), databaseAway.getMessage());
        }
    }
}
