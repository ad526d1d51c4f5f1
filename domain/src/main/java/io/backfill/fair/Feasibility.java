package io.backfill.fair;

import io.backfill.ids.BatchId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Demand-bound test of one model under earliest deadline first: all work due by a deadline must fit into the time until then. Sums
 * over many lines are used, so the length of a single line does not matter.
 */
final class Feasibility {
    private static final double NO_TIME = 1e9;

    private Feasibility() {}

    /**
     * Assesses all batches with work at the model.
     *
     * @param rate cost per second that the model reliably achieves, positive
     * @param bestRate cost per second that the model hardly exceeds. A batch is given up only if not even this rate is enough,
     *     because a batch that is given up falls behind and cannot recover
     */
    static Map<BatchId, DeadlineRisk> of(List<Demand> demands, double rate, double bestRate, Instant now) {
        Map<BatchId, DeadlineRisk> risks = new HashMap<>();
        for (Demand demand : demands) {
            double due = dueBy(demand.deadline(), demands);
            double urgency = load(due, rate, demand.deadline(), now);
            double alone = load(demand.cost(), bestRate, demand.deadline(), now);
            DeadlineRisk risk = new DeadlineRisk(urgency, alone <= 1, Optional.empty());
            double work = risk.isUrgent() ? due : shared(demand, demands);
            risks.put(demand.batch(), risk.withExpectedEnd(now.plusMillis((long) (work / rate * 1000))));
        }
        return risks;
    }

    /** Returns the work due by {@code deadline}. Batches with the same deadline count for each other. */
    private static double dueBy(Instant deadline, List<Demand> demands) {
        double due = 0;
        for (Demand demand : demands) {
            due += demand.deadline().isAfter(deadline) ? 0 : demand.cost();
        }
        return due;
    }

    /** Returns the work done by the time a batch ends if all batches get equal shares. */
    private static double shared(Demand own, List<Demand> demands) {
        double work = 0;
        for (Demand demand : demands) {
            work += Math.min(demand.cost(), own.cost());
        }
        return work;
    }

    private static double load(double cost, double rate, Instant deadline, Instant now) {
        double seconds = Duration.between(now, deadline).toMillis() / 1000.0;
        if (cost <= 0) {
            return 0;
        }
        return seconds <= 0 ? NO_TIME : cost / (rate * seconds);
    }
}
