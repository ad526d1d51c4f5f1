package io.backfill.benchmarks;

import io.backfill.benchmarks.gateway.BatchState;
import io.backfill.benchmarks.gateway.GatewayClient;
import io.backfill.simulator.Simulator;
import io.backfill.simulator.SimulatorOptions;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.ledger.LedgerEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Two nodes work on several batches. In each round a process is killed, or a node is paused beyond its lease, at moments drawn
 * uniformly over the phases of a batch; only that process is restarted. At the end all batches are checked.
 */
final class KillRounds {
    private static final String MODEL = SimulatorOptions.DEFAULT_MODEL;
    private static final double NANOS = 1e9;
    private static final long GLANCE_NANOS = 2_000_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;
    private static final int LINES = 2_000;
    private static final int COMPANIONS = 2;

    private final Workplace workplace;
    private final Plan plan;
    private final Random random;
    private final List<String> companions = new ArrayList<>();

    /**
     * The parameters of the rounds.
     *
     * @param goOn whether to include the rounds of earlier runs
     */
    record Plan(String profile, int rounds, boolean goOn, int inFlight, String latency, int leaseSeconds) {}

    KillRounds(Workplace workplace, Plan plan) {
        this.workplace = workplace;
        this.plan = plan;
        this.random = new Random();
    }

    List<Measure> run() throws IOException {
        KillHistory history = KillHistory.open(workplace.home(), plan.profile(), plan.goOn());
        Path input = InputFile.write(workplace.folder("input").resolve("lines.jsonl"), MODEL, LINES, 512);
        SimulatorOptions options =
                SimulatorOptions.defaults().withModels(MODEL).withLatency(Latency.parse(plan.latency()));
        long lostByCompanions = 0;
        long repeatedByCompanions = 0;
        try (Simulator model = Simulator.start(options);
                TwoNodes nodes = TwoNodes.open(
                        workplace,
                        plan.profile(),
                        model.baseUrl(),
                        MODEL,
                        plan.inFlight(),
                        plan.leaseSeconds() + "s")) {
            String file = nodes.first().client().upload(input);
            for (int i = 0; i < plan.rounds(); i++) {
                keepCompany(nodes, file);
                int number = history.rounds().size();
                KillMoment moment = KillMoment.values()[number % KillMoment.values().length];
                KillRound round = round(nodes, model, file, input, moment, Blow.of(plan.profile(), number));
                history.add(round);
                print(number + 1, round);
            }
            for (String id : companions) {
                BatchState end = awaitEnd(nodes.first().client(), id);
                ResultFile results = ResultFile.read(Results.fetch(nodes.first().client(), end, workplace.folder("c")));
                lostByCompanions += results.missing(ResultFile.read(List.of(input)));
                repeatedByCompanions += results.repeated();
            }
        }
        List<Measure> rows =
                new ArrayList<>(new KillTable(plan.inFlight(), plan.leaseSeconds() + 10.0).rows(history.rounds()));
        rows.add(Measure.of("other batches meanwhile", companions.size(), "batches"));
        rows.add(Measure.atMost("other batches: lost", lostByCompanions, "lines", 0));
        rows.add(Measure.atMost("other batches: result lines repeated", repeatedByCompanions, "lines", 0));
        return rows;
    }

    private void print(int number, KillRound round) {
        workplace
                .out()
                .printf(
                        Locale.ROOT,
                        "  round %d, %s at %s%s: lost %d, repeated %d, again though logged %d, twice %d, counts %s, moved after %.1f s%n",
                        number,
                        round.blow(),
                        round.phase(),
                        round.inTime() ? "" : " (missed)",
                        round.lost(),
                        round.repeated(),
                        round.againThoughLogged(),
                        round.twice(),
                        round.countsRight() ? "right" : "WRONG",
                        round.secondsUntilMoved());
    }

    /** Keeps other batches running on the nodes. */
    private void keepCompany(TwoNodes nodes, String file) throws IOException {
        long running = 0;
        for (String id : companions) {
            running += nodes.first().client().batch(id).isTerminal() ? 0 : 1;
        }
        for (; running < COMPANIONS; running++) {
            companions.add(nodes.first().client().createBatch(file).id());
        }
    }

    private KillRound round(TwoNodes nodes, Simulator model, String file, Path input, KillMoment moment, Blow blow)
            throws IOException {
        model.clearLedger();
        BatchState batch = nodes.first().client().createBatch(file);
        boolean inTime = await(moment, nodes, model, batch);
        TwoNodes.Node victim = nodes.holder(batch.id());
        TwoNodes.Node witness = nodes.other(victim);
        switch (blow) {
            case NODE_KILLED -> victim.gateway().kill9();
            case NODE_ASLEEP -> victim.signal("STOP");
            case REDIS_KILLED -> nodes.stores().redis().kill();
        }
        long struckAt = System.nanoTime();
        Set<String> logged = LoggedLines.of(nodes.stores().files(), batch.id());
        int before = received(model, batch.id()).size();
        double moved = awaitMove(witness.client(), model, batch.id(), struckAt);
        switch (blow) {
            case NODE_KILLED -> victim.gateway().relaunch();
            case NODE_ASLEEP -> {
                pauseUntil(struckAt + (plan.leaseSeconds() + 3) * (long) NANOS);
                victim.signal("CONT");
            }
            case REDIS_KILLED -> nodes.stores().redis().start();
        }
        BatchState end = awaitEnd(witness.client(), batch.id());
        victim.gateway().awaitReady();
        ResultFile results = ResultFile.read(Results.fetch(witness.client(), end, workplace.folder("results")));
        List<String> all = received(model, batch.id());
        Set<String> again = new HashSet<>(all.subList(before, all.size()));
        again.retainAll(logged);
        return new KillRound(
                moment.label(),
                blow.label(),
                inTime,
                results.missing(ResultFile.read(List.of(input))),
                results.repeated(),
                again.size(),
                twice(all),
                end.completed() == LINES && end.total() == LINES && end.failed() == 0,
                moved);
    }

    private boolean await(KillMoment moment, TwoNodes nodes, Simulator model, BatchState batch) throws IOException {
        long end = System.nanoTime() + LIMIT_NANOS;
        int wanted = (int) (moment.drawn(random) * LINES);
        while (wanted > 0 && received(model, batch.id()).size() < wanted) {
            requireBefore(end, "the model received no lines of " + batch.id());
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        BatchState now = nodes.first().client().batch(batch.id());
        while (moment == KillMoment.FINALIZING && now.status().equals("in_progress")) {
            requireBefore(end, "the batch makes no progress: " + now.json());
            now = nodes.first().client().batch(batch.id());
        }
        return switch (moment) {
            case VALIDATING -> now.status().equals("validating");
            case FINALIZING -> now.status().equals("finalizing");
            default -> now.status().equals("in_progress");
        };
    }

    /**
     * Returns the seconds until the model receives a line again, or the batch ends. Lines in flight at the disruption arrive within
     * one second.
     */
    private static double awaitMove(GatewayClient client, Simulator model, String batch, long struckAt)
            throws IOException {
        long end = System.nanoTime() + LIMIT_NANOS;
        pauseUntil(struckAt + (long) NANOS);
        int quiet = received(model, batch).size();
        while (received(model, batch).size() == quiet && !client.batch(batch).isTerminal()) {
            requireBefore(end, "no node resumed " + batch);
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        return (System.nanoTime() - struckAt) / NANOS;
    }

    private static void pauseUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static BatchState awaitEnd(GatewayClient client, String id) throws IOException {
        long end = System.nanoTime() + LIMIT_NANOS;
        BatchState now = client.batch(id);
        while (!now.isTerminal()) {
            requireBefore(end, "the batch did not end: " + now.json());
            LockSupport.parkNanos(GLANCE_NANOS);
            now = client.batch(id);
        }
        if (!now.status().equals("completed")) {
            throw new IOException("the batch ended as " + now.json());
        }
        return now;
    }

    private static void requireBefore(long end, String otherwise) throws IOException {
        if (System.nanoTime() - end > 0) {
            throw new IOException(otherwise);
        }
    }

    private static List<String> received(Simulator model, String batch) {
        String prefix = "batch_req_" + batch.substring("batch_".length(), "batch_".length() + 24);
        List<String> ids = new ArrayList<>();
        for (LedgerEntry entry : model.ledger()) {
            entry.requestId().filter(id -> id.startsWith(prefix)).ifPresent(ids::add);
        }
        return ids;
    }

    private static long twice(List<String> received) {
        Map<String, Integer> times = new HashMap<>();
        received.forEach(id -> times.merge(id, 1, Integer::sum));
        return times.values().stream().filter(count -> count > 1).count();
    }
}
