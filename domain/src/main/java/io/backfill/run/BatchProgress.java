package io.backfill.run;

import io.backfill.batches.ModelWork;
import io.backfill.dispatch.OutputLengths;
import io.backfill.fair.Demand;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanManifest;
import io.backfill.results.LogTotals;
import io.backfill.results.ResultLog;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The plans of a running batch's partitions and what their logs contain, as far as they have been read. Thread-safe. */
final class BatchProgress {
    private final ConcurrentMap<Integer, ResultLog> logs = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, LogTotals> recorded = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, OpenWork> works = new ConcurrentHashMap<>();
    private volatile List<ModelPlan> plans = List.of();
    private volatile OptionalDouble prefixBound = OptionalDouble.empty();

    private record OpenWork(String model, OutputLengths lengths) {}

    void planned(PlanManifest manifest) {
        plans = manifest.models();
        prefixBound = OptionalDouble.of(manifest.prefixBound());
    }

    boolean isPlanned() {
        return !plans.isEmpty();
    }

    int modelCount() {
        return (int) plans.stream().map(ModelPlan::model).distinct().count();
    }

    OptionalDouble prefixBound() {
        return prefixBound;
    }

    void opened(int partition, String model, ResultLog log, OutputLengths work) {
        logs.put(partition, log);
        works.put(partition, new OpenWork(model, work));
    }

    void recorded(int partition, LogTotals totals) {
        recorded.put(partition, totals);
    }

    List<ModelWork> left() {
        Map<String, ModelWork> left = new LinkedHashMap<>();
        for (ModelPlan plan : plans) {
            LogTotals done = totalsOf(plan.partition());
            int lines = plan.entries() - done.completed() - done.failed();
            if (lines > 0) {
                long cost = plan.promptTokens() * lines / plan.entries();
                left.merge(
                        plan.model(),
                        new ModelWork(plan.model(), lines, cost),
                        (a, b) -> new ModelWork(a.model(), a.lines() + b.lines(), a.cost() + b.cost()));
            }
        }
        return List.copyOf(left.values());
    }

    /** Whether the log of every model with lines left was opened; of several shards of a model, the first one. */
    boolean isRead() {
        Set<String> read = plans.stream()
                .filter(plan -> logs.containsKey(plan.partition()))
                .map(ModelPlan::model)
                .collect(Collectors.toSet());
        return left().stream().map(ModelWork::model).allMatch(read::contains);
    }

    private LogTotals totalsOf(int partition) {
        ResultLog log = logs.get(partition);
        return log != null ? log.totals() : recorded.getOrDefault(partition, LogTotals.NONE);
    }

    List<Demand> demands(BatchId batch, Instant deadline) {
        return works.values().stream()
                .map(work -> new Demand(batch, work.model, deadline, work.lengths.remaining()))
                .toList();
    }

    /** Returns how many of the lines of these plans are done, for people. */
    String shown(Predicate<ModelPlan> which) {
        int lines = 0;
        LogTotals done = LogTotals.NONE;
        for (ModelPlan plan : plans) {
            if (which.test(plan)) {
                lines += plan.entries();
                done = done.plus(totalsOf(plan.partition()));
            }
        }
        return (done.completed() + done.failed()) + "/" + lines + " done, " + done.failed() + " errors";
    }

    LogTotals totals() {
        LogTotals open = logs.values().stream().map(ResultLog::totals).reduce(LogTotals.NONE, LogTotals::plus);
        return recorded.entrySet().stream()
                .filter(elsewhere -> !logs.containsKey(elsewhere.getKey()))
                .map(Map.Entry::getValue)
                .reduce(open, LogTotals::plus);
    }
}
