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
 * Where a call may go, worked out again from the rules and from everything that ever happened, in the plainest way. Takes from the
 * product only how many calls a replica may have.
 */
final class NaivePicker {
    /** What came of a call, as far as the circuit is concerned. */
    enum Health {
        WELL,
        FAILED,
        REFUSED,
        UNKNOWN
    }

    /** One replica. */
    private static final class Known {
        final List<ModelRequest> open = new ArrayList<>();
        final List<byte[]> prompts = new ArrayList<>();
        Optional<EngineMetrics> metrics = Optional.empty();
        long metricsAt;
        int failures;
        int refusals;
        boolean broken;
        long pause = Duration.ofSeconds(1).toNanos();
        long probeAt;
        int limit;

        boolean up() {
            return !broken && limit > 0;
        }

        long tokens() {
            return open.stream().mapToLong(call -> call.turn().promptTokens()).sum();
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

    /** The replicas that would do; none when the call has to wait. To be followed by {@link #taken} if it goes. */
    TreeSet<Integer> mayTake(ModelRequest call, List<ReplicaView> views, long now) {
        for (int i = 0; i < replicas.size(); i++) {
            replicas.get(i).limit = views.get(i).limit();
        }
        recordPrefix = false;
        if (placement.ranges() && call.turn().attempt() == 1) {
            int own = call.turn().lane() * replicas.size() / call.turn().lanes();
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
            if (replicas.get(i).broken && now >= replicas.get(i).probeAt) {
                return only(i);
            }
        }
        boolean noneWell = replicas.stream().allMatch(known -> known.broken);
        TreeSet<Integer> able = new TreeSet<>();
        for (int i = 0; i < replicas.size(); i++) {
            Known known = replicas.get(i);
            if (known.open.size() < known.limit && (noneWell || !known.broken)) {
                able.add(i);
            }
        }
        return able.size() < 2 ? able : best(able, call, now);
    }

    void taken(ModelRequest call, int replica, long now) {
        Known known = replicas.get(replica);
        known.open.add(call);
        if (recordPrefix) {
            known.prompts.add(promptOf(call));
        }
        if (known.broken) {
            known.probeAt = now + known.pause;
        }
        if (weight("session-affinity") > 0) {
            sessionOf(call).ifPresent(session -> sessions.add(new SessionCall(session, replica, now)));
        }
    }

    /** @param probe the replica was broken when the call was taken */
    void released(ModelRequest call, int replica, Health health, boolean probe, long now) {
        Known known = replicas.get(replica);
        known.open.remove(call);
        if (health == Health.WELL) {
            known.failures = 0;
            known.refusals = 0;
            known.broken = false;
            known.pause = Duration.ofSeconds(1).toNanos();
        } else if (health != Health.UNKNOWN && (probe || !known.broken)) {
            known.refusals += health == Health.REFUSED ? 1 : 0;
            known.failures++;
            if (known.broken) {
                known.pause = Math.min(2 * known.pause, Duration.ofSeconds(30).toNanos());
                known.probeAt = now + known.pause;
            } else if (known.refusals >= 2 || known.failures >= 5) {
                known.broken = true;
                known.probeAt = now + known.pause;
            }
        }
    }

    void polled(int replica, EngineMetrics metrics, long now) {
        replicas.get(replica).metrics = Optional.of(metrics);
        replicas.get(replica).metricsAt = now;
    }

    boolean isBroken(int replica) {
        return replicas.get(replica).broken;
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
            int explore = placement.hotSpots().explore();
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
            // of those that are the same in every respect only the ones with the fewest tokens
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
        return most > 0 && warmest > least + placement.hotSpots().mostBehind();
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
        int tokens = call.turn().promptTokens();
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

    /** The messages alone. */
    private static byte[] promptOf(ModelRequest call) {
        String body = new String(call.buffer(), StandardCharsets.UTF_8);
        return body.substring(body.indexOf('['), body.lastIndexOf(']') + 1).getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<String> sessionOf(ModelRequest call) {
        return call.headers().entrySet().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).equals("x-session-id"))
                .map(header -> call.tenant() + "/" + header.getValue())
                .findFirst();
    }

    private static TreeSet<Integer> only(int replica) {
        return new TreeSet<>(IntStream.of(replica).boxed().toList());
    }
}
