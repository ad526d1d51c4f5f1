package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.models.ContextLength;
import io.backfill.models.Placement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Computes where a call may go in the simplest way, from the rules and the complete history. Takes only the limits of the replicas
 * from the product.
 */
final class NaivePicker {
    /** Outcome of a call with respect to the replica's health. */
    enum Health {
        WELL,
        FAILED,
        UNREACHABLE,
        /** The replica answered that it does not serve such lines. */
        REFUSED,
        UNKNOWN
    }

    /** The cycle of failing, pausing and probing, of a replica or of the lines that it refuses. */
    private static final class Circuit {
        final int enough;
        boolean broken;
        boolean suspect;
        boolean probing;
        int failures;
        int unreachable;
        long pause = Duration.ofSeconds(1).toNanos();
        /** End of the pause, or of the time that a probe may take. */
        long end;

        Circuit(int enough) {
            this.enough = enough;
        }

        boolean due(long now) {
            settle(now);
            return broken && !probing && (suspect || now >= end);
        }

        void settle(long now) {
            if (probing && now >= end) {
                fail(now);
            }
        }

        void fail(long now) {
            pause = Math.min(2 * pause, Duration.ofSeconds(30).toNanos());
            rest(now);
        }

        void rest(long now) {
            broken = true;
            suspect = false;
            probing = false;
            end = now + pause;
        }

        void well() {
            broken = false;
            suspect = false;
            probing = false;
            failures = 0;
            unreachable = 0;
            pause = Duration.ofSeconds(1).toNanos();
        }

        void bad(boolean noConnection, boolean probe, long now) {
            unreachable += noConnection ? 1 : 0;
            failures++;
            if (!broken) {
                if (failures >= enough || unreachable >= 2) {
                    rest(now);
                }
            } else if (suspect) {
                rest(now);
            } else if (probing && probe) {
                fail(now);
            }
        }

        void nothing(boolean probe, long now) {
            if (probe && probing) {
                rest(now);
            }
        }
    }

    /** What a call probes. */
    record Probe(boolean ofReplica, boolean ofLines) {}

    /** The state of one replica. */
    private static final class Known {
        final List<ModelRequest> open = new ArrayList<>();
        final List<byte[]> prompts = new ArrayList<>();
        Optional<EngineMetrics> metrics = Optional.empty();
        long metricsAt;
        final Circuit all = new Circuit(5);
        final Circuit lines = new Circuit(3);
        final List<Long> answerTimes = new ArrayList<>();
        long answeredAt;
        long silentSince;
        int limit;

        boolean broken() {
            return all.broken || lines.broken;
        }

        boolean up() {
            return !broken() && limit > 0;
        }

        boolean due(long now) {
            boolean due = all.broken ? all.due(now) && (!lines.broken || lines.due(now)) : lines.due(now);
            return due && open.size() < limit;
        }

        long silence(long now) {
            return open.isEmpty() ? 0 : now - silentSince;
        }

        long tokens() {
            return open.stream()
                    .mapToLong(call -> call.scheduling().promptTokens())
                    .sum();
        }
    }

    private record SessionCall(String session, int replica, long at) {}

    private final Placement placement;
    private final List<Known> replicas;
    private final List<Optional<ContextLength>> contextLengths;
    private final List<SessionCall> sessions = new ArrayList<>();
    private long prefixPicks;
    private boolean recordPrefix;

    /** @param contextLengths one for each replica */
    NaivePicker(Placement placement, List<Optional<ContextLength>> contextLengths) {
        this.placement = placement;
        this.contextLengths = contextLengths;
        this.replicas = contextLengths.stream().map(any -> new Known()).toList();
    }

    /**
     * Returns the replicas to which the call may go, or none if the call must wait. If the call goes, {@link #taken} must be called
     * next.
     */
    TreeSet<Integer> mayTake(ModelRequest call, List<ReplicaView> views, long now) {
        for (int i = 0; i < replicas.size(); i++) {
            replicas.get(i).limit = views.get(i).limit();
        }
        replicas.forEach(known -> suspect(known, now));
        recordPrefix = false;
        if (placement.ranges() && call.scheduling().attempt() == 1) {
            int own = call.scheduling().lane()
                    * replicas.size()
                    / call.scheduling().lanes();
            int most = replicas.stream()
                    .filter(Known::up)
                    .mapToInt(known -> known.limit)
                    .max()
                    .orElse(0);
            Known state = replicas.get(own);
            if (state.up() && state.limit >= most / 4.0) {
                return state.open.size() < state.limit ? only(own) : new TreeSet<>();
            }
        }
        for (int i = 0; i < replicas.size(); i++) {
            if (replicas.get(i).due(now)) {
                return only(i);
            }
        }
        boolean noneWell = replicas.stream().allMatch(Known::broken);
        TreeSet<Integer> able = new TreeSet<>();
        for (int i = 0; i < replicas.size(); i++) {
            Known known = replicas.get(i);
            if (known.open.size() < known.limit && (noneWell || !known.broken())) {
                able.add(i);
            }
        }
        return able.size() < 2 ? able : best(able, call, now);
    }

    /** Makes a replica suspect if it has owed answers for more than 30 s and ten times what the others need. */
    private void suspect(Known known, long now) {
        long silence = known.silence(now);
        if (known.all.broken || silence <= Duration.ofSeconds(30).toNanos()) {
            return;
        }
        List<Long> others = replicas.stream()
                .filter(other -> other != known && !other.answerTimes.isEmpty() && now - other.answeredAt < silence)
                .flatMap(other -> other.answerTimes.reversed().stream().limit(32))
                .sorted()
                .toList();
        if (!others.isEmpty() && silence > 10 * others.get(others.size() / 2)) {
            known.all.broken = true;
            known.all.suspect = true;
        }
    }

    Probe taken(ModelRequest call, int replica, long now) {
        Known known = replicas.get(replica);
        if (known.open.isEmpty()) {
            known.silentSince = now;
        }
        known.open.add(call);
        if (recordPrefix) {
            known.prompts.add(promptOf(call));
        }
        Probe probe = new Probe(known.all.due(now), known.lines.due(now));
        probing(known.all, probe.ofReplica(), now);
        probing(known.lines, probe.ofLines(), now);
        if (weight("session-affinity") > 0) {
            sessionOf(call).ifPresent(session -> sessions.add(new SessionCall(session, replica, now)));
        }
        return probe;
    }

    private static void probing(Circuit circuit, boolean probe, long now) {
        if (probe) {
            circuit.suspect = false;
            circuit.probing = true;
            // the time-out of a call plus the longest back-off
            circuit.end = now + Duration.ofSeconds(30).plusMillis(4).toNanos();
        }
    }

    /** @param answered whether an answer was received */
    void released(
            ModelRequest call,
            int replica,
            Health health,
            boolean answered,
            boolean served,
            Probe probe,
            long sentAt,
            long now) {
        Known known = replicas.get(replica);
        known.open.remove(call);
        if (answered) {
            known.silentSince = now;
        }
        if (served) {
            known.answerTimes.add(now - sentAt);
            known.answeredAt = now;
        }
        switch (health) {
            case WELL -> known.all.well();
            case REFUSED -> known.all.well();
            case FAILED -> known.all.bad(false, probe.ofReplica(), now);
            case UNREACHABLE -> known.all.bad(true, probe.ofReplica(), now);
            case UNKNOWN -> known.all.nothing(probe.ofReplica(), now);
        }
    }

    /** Records what the same call shows about the lines that the replica serves. */
    void releasedOfLines(int replica, boolean served, boolean refused, Probe probe, long now) {
        Circuit lines = replicas.get(replica).lines;
        if (served) {
            lines.well();
        } else if (refused) {
            lines.bad(false, probe.ofLines(), now);
        } else {
            lines.nothing(probe.ofLines(), now);
        }
    }

    void polled(int replica, EngineMetrics metrics, long now) {
        replicas.get(replica).metrics = Optional.of(metrics);
        replicas.get(replica).metricsAt = now;
    }

    boolean isBroken(int replica) {
        return replicas.get(replica).all.broken;
    }

    int open(int replica) {
        return replicas.get(replica).open.size();
    }

    private TreeSet<Integer> best(TreeSet<Integer> able, ModelRequest call, long now) {
        Map<Integer, Integer> matched = new TreeMap<>();
        able.forEach(i -> matched.put(i, 0));
        recordPrefix = weight("prefix-cache") > 0;
        if (recordPrefix) {
            prefixPicks++;
            int explore = placement.hotPrefixGuard().explore();
            boolean explores = prefixPicks * explore / 100 > (prefixPicks - 1) * explore / 100;
            if (!explores) {
                able.forEach(i -> matched.put(i, matched(i, call)));
                if (warmestIsFarBehind(matched)) {
                    able.forEach(i -> matched.put(i, 0));
                }
            }
        }
        Map<Integer, Map<String, Double>> scores = new TreeMap<>();
        able.forEach(i -> scores.put(i, scores(i, able, matched.get(i), call, now)));
        double best =
                scores.values().stream().mapToDouble(NaivePicker::sum).max().orElseThrow();
        TreeSet<Integer> picked = new TreeSet<>();
        for (int i : able) {
            // of replicas with equal scores, only those with the fewest tokens remain
            boolean isBeaten = able.stream()
                    .anyMatch(other -> scores.get(other).equals(scores.get(i))
                            && replicas.get(other).tokens() < replicas.get(i).tokens());
            if (sum(scores.get(i)) > best - 1e-9 && !isBeaten) {
                picked.add(i);
            }
        }
        return picked;
    }

    private boolean warmestIsFarBehind(Map<Integer, Integer> matched) {
        int most = matched.values().stream().max(Integer::compare).orElseThrow();
        long warmest = least(i -> matched.get(i) == most, matched.keySet());
        long least = least(i -> true, matched.keySet());
        return most > 0 && warmest > least + placement.hotPrefixGuard().mostBehind();
    }

    private long least(IntPredicate which, Set<Integer> able) {
        return able.stream()
                .filter(which::test)
                .mapToLong(i -> replicas.get(i).tokens())
                .min()
                .orElseThrow();
    }

    private Map<String, Double> scores(int i, Set<Integer> able, int matched, ModelRequest call, long now) {
        int least = able.stream().mapToInt(each -> waiting(each, now)).min().orElseThrow();
        int most = able.stream().mapToInt(each -> waiting(each, now)).max().orElseThrow();
        int mostOpen = able.stream().mapToInt(this::open).max().orElseThrow();
        int blocks = promptOf(call).length / 256;
        Map<String, Double> scores = new HashMap<>();
        for (String name : placement.scorers().keySet()) {
            double score = switch (name) {
                case "prefix-cache" -> blocks > 0 ? matched / (double) blocks : 0;
                case "queue" -> most > least ? (most - waiting(i, now)) / (double) (most - least) : 1;
                case "kv-cache-utilization" ->
                    1 - fresh(i, now).map(EngineMetrics::kvUsage).orElse(0.0);
                case "active-request" -> open(i) > 0 ? (mostOpen - open(i)) / (double) mostOpen : 1;
                case "load-aware" -> Math.max(0, 128 - waiting(i, now)) / 256.0;
                case "session-affinity" -> isLastOfSession(i, call, now) ? 1 : 0;
                case "context-length" ->
                    contextLengths
                            .get(i)
                            .map(meant -> contextLength(meant, call))
                            .orElse(0.5);
                default -> throw new AssertionError(name);
            };
            scores.put(name, weight(name) * Math.clamp(score, 0.0, 1.0));
        }
        return scores;
    }

    private static double contextLength(ContextLength meant, ModelRequest call) {
        int tokens = call.scheduling().promptTokens();
        if (tokens < meant.min()) {
            return 0.3 * 10_000 / (10_000 + meant.min() - tokens);
        }
        if (tokens > meant.max()) {
            return 0.3 * 10_000 / (10_000 + tokens - meant.max());
        }
        return 0.3 + 0.7 * 10_000 / (10_000 + meant.max() - meant.min());
    }

    private boolean isLastOfSession(int i, ModelRequest call, long now) {
        Optional<String> session = sessionOf(call);
        return sessions.reversed().stream()
                .filter(sent -> session.isPresent() && session.get().equals(sent.session))
                .findFirst()
                .filter(sent -> sent.replica == i
                        && now - sent.at <= Duration.ofSeconds(300).toNanos())
                .isPresent();
    }

    private int matched(int i, ModelRequest call) {
        byte[] prompt = promptOf(call);
        int most = 0;
        for (byte[] before : replicas.get(i).prompts) {
            int differ = Arrays.mismatch(before, prompt);
            most = Math.max(most, (differ < 0 ? prompt.length : differ) / 256);
        }
        return most;
    }

    private int waiting(int i, long now) {
        return fresh(i, now).map(EngineMetrics::waiting).orElse(0);
    }

    private Optional<EngineMetrics> fresh(int i, long now) {
        Known known = replicas.get(i);
        return known.metrics.filter(
                any -> now - known.metricsAt <= Duration.ofSeconds(5).toNanos());
    }

    private double weight(String scorer) {
        return placement.scorers().getOrDefault(scorer, 0.0);
    }

    private static double sum(Map<String, Double> scores) {
        return scores.values().stream().mapToDouble(each -> each).sum();
    }

    /** Returns only the messages of the body. */
    private static byte[] promptOf(ModelRequest call) {
        String body = new String(call.loaded().buffer(), StandardCharsets.UTF_8);
        return body.substring(body.indexOf('['), body.lastIndexOf(']') + 1).getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<String> sessionOf(ModelRequest call) {
        return call.line().headers().entrySet().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).equals("x-session-id"))
                .map(header -> call.tenant() + "/" + header.getValue())
                .findFirst();
    }

    private static TreeSet<Integer> only(int replica) {
        return new TreeSet<>(IntStream.of(replica).boxed().toList());
    }
}
