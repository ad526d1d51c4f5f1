package io.backfill.replicas;

import io.backfill.dispatch.ModelRequest;
import io.backfill.models.HotPrefixGuard;
import io.backfill.models.Placement;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Picks one of several replicas that have room: the one with the highest sum of weighted scores; among equals the one with the
 * fewest prompt tokens in flight, then in rotation. Prefixes are ignored for exploring calls, and while the warmest replica is too
 * far behind the least loaded one. Guarded by its fleet.
 */
final class ScoredPlacement {
    private static final long[] NO_BLOCKS = {};

    private final SessionReplicas sessions;
    private HotPrefixGuard hotPrefixGuard;
    private WeightedScorers scorers;
    private int rotation;
    /** Accumulated percentages toward the next exploring call. */
    private int unexplored;

    ScoredPlacement(Placement placement, LongSupplier nanoTime) {
        this.sessions = new SessionReplicas(nanoTime);
        this.hotPrefixGuard = placement.hotPrefixGuard();
        this.scorers = new WeightedScorers(placement.scorers());
    }

    /** Whether a scorer uses the prefixes of prompts. */
    boolean byPrefix() {
        return scorers.byPrefix();
    }

    /** Applies a changed configuration and keeps the known sessions. */
    void configure(Placement next) {
        hotPrefixGuard = next.hotPrefixGuard();
        scorers = new WeightedScorers(next.scorers());
    }

    /** @param able at least one */
    ReplicaState best(List<ReplicaState> able, ModelRequest request) {
        long[] chain = scorers.byPrefix() ? request.body().prefix() : NO_BLOCKS;
        ReplicaState best = highest(able, candidates(able, request, chain.length, matched(able, chain)));
        best.prefixes().sent(chain);
        return best;
    }

    /** Records that a call is sent to the replica, whether or not it was picked here. */
    void sent(ModelRequest request, ReplicaState picked) {
        if (scorers.bySession()) {
            sessions.sent(request, picked.address());
        }
    }

    private ReplicaState highest(List<ReplicaState> able, List<Candidate> candidates) {
        ReplicaState best = able.getFirst();
        double bestScore = -1;
        int first = Math.floorMod(rotation++, able.size());
        for (int i = 0; i < able.size(); i++) {
            int at = (first + i) % able.size();
            ReplicaState state = able.get(at);
            double score = scorers.total(candidates.get(at));
            if (score > bestScore || (score == bestScore && state.promptTokens() < best.promptTokens())) {
                bestScore = score;
                best = state;
            }
        }
        return best;
    }

    private List<Candidate> candidates(List<ReplicaState> able, ModelRequest request, int blocks, int[] matched) {
        Optional<URI> last = scorers.bySession() ? sessions.lastOf(request) : Optional.empty();
        int mostOpen = 0;
        int leastWaiting = Integer.MAX_VALUE;
        int mostWaiting = 0;
        int[] waiting = new int[able.size()];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = able.get(i).metrics().map(EngineMetrics::waiting).orElse(0);
            mostOpen = Math.max(mostOpen, able.get(i).open());
            leastWaiting = Math.min(leastWaiting, waiting[i]);
            mostWaiting = Math.max(mostWaiting, waiting[i]);
        }
        List<Candidate> candidates = new ArrayList<>(waiting.length);
        for (int i = 0; i < waiting.length; i++) {
            ReplicaState state = able.get(i);
            candidates.add(new Candidate(
                    state.open(),
                    mostOpen,
                    waiting[i],
                    leastWaiting,
                    mostWaiting,
                    state.metrics().map(EngineMetrics::kvUsage).orElse(0.0),
                    matched[i],
                    blocks,
                    last.isPresent() && last.get().equals(state.address()),
                    state.contextLength(),
                    request.scheduling().promptTokens()));
        }
        return candidates;
    }

    /** Returns the number of matching blocks for each replica; all 0 if prefixes are ignored. */
    private int[] matched(List<ReplicaState> able, long[] chain) {
        int[] matched = new int[able.size()];
        if (scorers.byPrefix() && !isExploring()) {
            Arrays.setAll(matched, i -> able.get(i).prefixes().matched(chain));
            if (isTooFarBehind(able, matched)) {
                Arrays.fill(matched, 0);
            }
        }
        return matched;
    }

    /** Returns true for exactly the configured share of calls, evenly spaced. */
    private boolean isExploring() {
        unexplored += hotPrefixGuard.explore();
        if (unexplored < 100) {
            return false;
        }
        unexplored -= 100;
        return true;
    }

    private boolean isTooFarBehind(List<ReplicaState> able, int[] matched) {
        int most = 0;
        long warmest = Long.MAX_VALUE;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < matched.length; i++) {
            long tokens = able.get(i).promptTokens();
            least = Math.min(least, tokens);
            if (matched[i] >= most) {
                warmest = matched[i] > most ? tokens : Math.min(warmest, tokens);
                most = matched[i];
            }
        }
        return most > 0 && warmest - least > hotPrefixGuard.mostBehind();
    }
}
