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
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

/**
 * Two nodes at work on several batches, of which one is killed, or put to sleep past its lease, round after round, at moments drawn
 * evenly over the phases of a batch; only that one is started again. Every batch that was ever sent is looked at in the end.
 */
final class KillRounds {
    private static final String MODEL = SimulatorOptions.DEFAULT_MODEL;
    private static final double NANOS = 1e9;
    private static final long GLANCE_NANOS = 10_000_000;
    private static final long LIMIT_NANOS = 300_000_000_000L;
    private static final int LINES = 2_000;
    private static final int COMPANIONS = 2;
    /** Of so many rounds one puts the node to sleep instead of killing it. */
    private static final int SLEEP_EVERY = 4;

    private final Workplace workplace;
    private final int rounds;
    private final int inFlight;
    private final String latency;
    private final int leaseSeconds;
    private final List<Round> done = new ArrayList<>();
    private final List<String> companions = new ArrayList<>();

    private record Round(
            String phase,
            boolean slept,
            boolean inTime,
            long lost,
            long repeated,
            long againThoughLogged,
            long twice,
            boolean countsRight,
            double secondsUntilMoved) {}

    KillRounds(Workplace workplace, int rounds, int inFlight, String latency, int leaseSeconds) {
        this.workplace = workplace;
        this.rounds = rounds;
        this.inFlight = inFlight;
        this.latency = latency;
        this.leaseSeconds = leaseSeconds;
    }

    List<Measure> run() throws IOException {
        Path input = InputFile.write(workplace.folder("input").resolve("lines.jsonl"), MODEL, LINES, 512);
        SimulatorOptions options =
                SimulatorOptions.defaults().withModels(MODEL).withLatency(Latency.parse(latency));
        long lostByCompanions = 0;
        long repeatedByCompanions = 0;
        try (Simulator model = Simulator.start(options);
                TwoNodes nodes =
                        TwoNodes.open(workplace, model.baseUrl(), MODEL, inFlight, leaseSeconds + "s")) {
            String file = nodes.first().client().upload(input);
            for (int i = 0; i < COMPANIONS; i++) {
                companions.add(nodes.first().client().createBatch(file).id());
            }
            for (int round = 0; round < rounds; round++) {
                KillMoment moment = KillMoment.values()[round % KillMoment.values().length];
                Round result = round(nodes, model, file, input, moment, round % SLEEP_EVERY == SLEEP_EVERY - 1);
                done.add(result);
                workplace.out().printf(
                        Locale.ROOT,
                        "  round %d, %s at %s%s: lost %d, repeated %d, again though logged %d, twice %d, moved after %.1f s%n",
                        round + 1,
                        result.slept() ? "asleep" : "killed",
                        result.phase(),
                        result.inTime() ? "" : " (missed)",
                        result.lost(),
                        result.repeated(),
                        result.againThoughLogged(),
                        result.twice(),
                        result.secondsUntilMoved());
                keepCompany(nodes, file);
            }
            for (String id : companions) {
                BatchState end = awaitEnd(nodes.first().client(), id);
                ResultFile results = ResultFile.read(Results.fetch(nodes.first().client(), end, workplace.folder("c")));
                lostByCompanions += results.missing(ResultFile.read(List.of(input)));
                repeatedByCompanions += results.repeated();
            }
        }
        return rows(lostByCompanions, repeatedByCompanions);
    }

    /** So that nodes always have other batches, too. */
    private void keepCompany(TwoNodes nodes, String file) throws IOException {
        long running = 0;
        for (String id : companions) {
            running += nodes.first().client().batch(id).isTerminal() ? 0 : 1;
        }
        for (; running < COMPANIONS; running++) {
            companions.add(nodes.first().client().createBatch(file).id());
        }
    }

    private Round round(
            TwoNodes nodes, Simulator model, String file, Path input, KillMoment moment, boolean sleeps)
            throws IOException {
        model.clearLedger();
        BatchState batch = nodes.first().client().createBatch(file);
        boolean inTime = await(moment, nodes, model, batch);
        TwoNodes.Node victim = nodes.holder(batch.id());
        TwoNodes.Node other = nodes.other(victim);
        if (sleeps) {
            victim.signal("STOP");
        } else {
            victim.gateway().kill9();
        }
        long struckAt = System.nanoTime();
        Set<String> logged = LoggedLines.of(nodes.store(), batch.id());
        int before = received(model, batch.id()).size();
        double moved = awaitMove(other.client(), model, batch.id(), struckAt);
        if (!sleeps) {
            victim.gateway().relaunch();
        } else {
            long wake = struckAt + (leaseSeconds + 3) * (long) NANOS;
            for (long left = wake - System.nanoTime(); left > 0; left = wake - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            victim.signal("CONT");
        }
        BatchState end = awaitEnd(other.client(), batch.id());
        victim.gateway().awaitReady();
        ResultFile results = ResultFile.read(Results.fetch(other.client(), end, workplace.folder("results")));
        List<String> all = received(model, batch.id());
        Set<String> again = new HashSet<>(all.subList(before, all.size()));
        again.retainAll(logged);
        return new Round(
                moment.label(),
                sleeps,
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
        int wanted = (int) (moment.share() * LINES);
        while (wanted > 0 && received(model, batch.id()).size() < wanted) {
            requireBefore(end, "the model waits in vain for lines of " + batch.id());
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        BatchState now = nodes.first().client().batch(batch.id());
        while (moment == KillMoment.FINALIZING && now.status().equals("in_progress")) {
            requireBefore(end, "the batch does not get on: " + now.json());
            now = nodes.first().client().batch(batch.id());
        }
        return switch (moment) {
            case VALIDATING -> now.status().equals("validating");
            case FINALIZING -> now.status().equals("finalizing");
            default -> now.status().equals("in_progress");
        };
    }

    /** Seconds until the model gets a line again, or the batch ends; what was on its way at the blow arrives within a second. */
    private static double awaitMove(GatewayClient client, Simulator model, String batch, long struckAt)
            throws IOException {
        long end = System.nanoTime() + LIMIT_NANOS;
        long settled = struckAt + (long) NANOS;
        for (long left = settled - System.nanoTime(); left > 0; left = settled - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        int quiet = received(model, batch).size();
        while (received(model, batch).size() == quiet && !client.batch(batch).isTerminal()) {
            requireBefore(end, "nobody goes on with " + batch);
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        return (System.nanoTime() - struckAt) / NANOS;
    }

    private static BatchState awaitEnd(GatewayClient client, String id) throws IOException {
        long end = System.nanoTime() + LIMIT_NANOS;
        BatchState now = client.batch(id);
        while (!now.isTerminal()) {
            requireBefore(end, "the batch does not end: " + now.json());
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

    private List<Measure> rows(long lostByCompanions, long repeatedByCompanions) {
        List<Measure> rows = new ArrayList<>();
        for (KillMoment moment : KillMoment.values()) {
            List<Round> these = done.stream()
                    .filter(round -> round.phase().equals(moment.label()))
                    .toList();
            if (these.isEmpty()) {
                continue;
            }
            String at = moment.label() + ": ";
            rows.add(Measure.of(at + "rounds (in time)", these.size(), "(" + these.stream().filter(Round::inTime).count() + ")"));
            rows.add(Measure.atMost(at + "lost", sum(these, Round::lost), "lines", 0));
            rows.add(Measure.atMost(at + "result lines repeated", sum(these, Round::repeated), "lines", 0));
            rows.add(Measure.atMost(at + "received again though logged", sum(these, Round::againThoughLogged), "lines", 0));
            rows.add(Measure.atMost(at + "received twice, most in a round", most(these, Round::twice), "lines", inFlight));
            rows.add(Measure.atMost(
                    at + "wrong counts", these.stream().filter(round -> !round.countsRight()).count(), "batches", 0));
            rows.add(Measure.atMost(
                    at + "until the batch moved, longest",
                    these.stream().mapToDouble(Round::secondsUntilMoved).max().orElse(0),
                    "s",
                    leaseSeconds + 10.0));
        }
        rows.add(Measure.atMost("other batches: lost", lostByCompanions, "lines", 0));
        rows.add(Measure.atMost("other batches: result lines repeated", repeatedByCompanions, "lines", 0));
        rows.add(Measure.of("other batches", companions.size(), "batches"));
        return rows;
    }

    private static long sum(List<Round> rounds, ToLongFunction<Round> figure) {
        return rounds.stream().mapToLong(figure).sum();
    }

    private static long most(List<Round> rounds, ToLongFunction<Round> figure) {
        return rounds.stream().mapToLong(figure).max().orElse(0);
    }
}
