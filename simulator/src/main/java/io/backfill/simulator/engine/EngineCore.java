package io.backfill.simulator.engine;

import io.backfill.simulator.engine.CoreRequest.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Continuous batching over a prefix-cached block pool, in the manner of vLLM V1, one step at a time. Knows no clock and
 * no thread: whoever calls {@link #step} adds up the durations. Not thread-safe.
 *
 * <p>A step gives every decoding request one token, then goes on with prompts that were begun, then admits waiting
 * requests, by order of arrival or of priority, as long as tokens, sequences and blocks last; the first that does not fit
 * stops the admission. A prompt that is longer than what is left of the step's tokens goes on in the next one. A
 * request's blocks, those of its output included, are reserved when it is admitted, so that running requests never run
 * out of them. A full block of a prompt can be found by others as soon as it is scheduled, also within the same step; at
 * least one token of a prompt is always computed. A finished request returns its blocks last first, and generated blocks
 * are never found again.
 *
 * <p>With priority scheduling, a waiting request that does not fit makes running ones of a higher number give way,
 * the least urgent and latest first. They lose their blocks (which stay in the cache while it lasts) and compute
 * prompt and output so far again when they are resumed.
 */
public final class EngineCore {
    /** Learns what a step brought. All of it happens at the end of the step, which took {@link #lastStepSeconds}. */
    public interface Listener {
        /** The prompt is computed and the first token is there; {@link #token} follows. Not called without any output. */
        default void firstToken(CoreRequest request) {}

        /** The {@code count}-th token is there; {@code count} starts at 1. */
        default void token(CoreRequest request, int count) {}

        /** All tokens are there and the blocks are free. New requests may be submitted from here. */
        default void finished(CoreRequest request) {}
    }

    private final EngineParameters parameters;
    private final Listener listener;
    private final KvCache cache;
    private final TreeSet<CoreRequest> waiting = new TreeSet<>(CoreRequest.ORDER);
    private final List<CoreRequest> running = new ArrayList<>();
    private long arrivals;
    private long queriedTokens;
    private long cachedTokens;
    private long preemptions;
    private boolean advancing;

    /** The cache's changes when the first waiting request was last found too large for it; -1 when that was not so. */
    private long blockedAt = -1;

    private int budget;
    private int prefillTokens;
    private long contextTokens;
    private int sequences;
    private double lastStepSeconds;

    public EngineCore(EngineParameters parameters, Listener listener) {
        this.parameters = parameters;
        this.listener = listener;
        this.cache = new KvCache(parameters);
    }

    public EngineParameters parameters() {
        return parameters;
    }

    /** Whether a request of that size can ever run. */
    public boolean fits(int promptTokens, int outputTokens) {
        return parameters.blocksOf(promptTokens + outputTokens) <= parameters.blocks();
    }

    /**
     * Queues a request; false when the queue is full. {@link IllegalArgumentException} when it is larger than the pool,
     * and when it has a priority although the engine does not schedule by priority.
     */
    public boolean submit(CoreRequest request) {
        if (request.state != State.NEW) {
            throw new IllegalStateException("a request is submitted once");
        }
        if (!fits(request.promptTokens(), request.outputTokens())) {
            throw new IllegalArgumentException("the request is larger than the cache");
        }
        if (request.priority != 0 && !parameters.priorityScheduling()) {
            throw new IllegalArgumentException("the engine does not schedule by priority");
        }
        if (parameters.maxQueued() > 0 && waiting.size() >= parameters.maxQueued()) {
            return false;
        }
        request.arrival = arrivals++;
        enqueue(request);
        return true;
    }

    /** Takes a request out, wherever it is; nothing if it has ended. */
    public void cancel(CoreRequest request) {
        if (request.state == State.WAITING) {
            waiting.remove(request);
            blockedAt = -1;
        } else if (request.state == State.RUNNING) {
            cache.giveBack(request);
            if (!advancing) {
                running.remove(request);
            }
        } else {
            return;
        }
        request.state = State.CANCELLED;
    }

    public boolean idle() {
        return running.isEmpty() && waiting.isEmpty();
    }

    /** Computes one step and returns its duration in seconds; 0 when idle. */
    public double step() {
        if (idle()) {
            lastStepSeconds = 0;
            return 0;
        }
        budget = parameters.maxBatchedTokens();
        prefillTokens = 0;
        contextTokens = 0;
        sequences = 0;
        scheduleDecodes();
        schedulePrefills();
        admit();
        lastStepSeconds = parameters.stepSeconds(prefillTokens, contextTokens, sequences);
        advance();
        return lastStepSeconds;
    }

    /** Duration of the last step; within the listener, of the step that is ending. */
    public double lastStepSeconds() {
        return lastStepSeconds;
    }

    /** Prompt tokens computed in the last step. */
    public int lastPrefillTokens() {
        return prefillTokens;
    }

    public int running() {
        return running.size();
    }

    public int waiting() {
        return waiting.size();
    }

    /** Share of the blocks that requests hold, 0 to 1; cached blocks nobody holds count as free. */
    public double kvUsage() {
        return cache.usage();
    }

    /** Prompt tokens of all requests that were admitted. */
    public long queriedTokens() {
        return queriedTokens;
    }

    /** Those of them that were found in the cache. */
    public long cachedTokens() {
        return cachedTokens;
    }

    /** Times that a running request gave way. */
    public long preemptions() {
        return preemptions;
    }

    private void enqueue(CoreRequest request) {
        request.state = State.WAITING;
        waiting.add(request);
        if (waiting.first() == request) {
            blockedAt = -1;
        }
    }

    private void scheduleDecodes() {
        for (CoreRequest request : running) {
            if (request.decodes()) {
                contextTokens += request.contextTokens();
                schedule(request, 1);
            }
        }
    }

    private void schedulePrefills() {
        for (CoreRequest request : running) {
            if (request.scheduled == 0 && budget > 0) {
                schedulePrefill(request);
            }
        }
    }

    private void schedulePrefill(CoreRequest request) {
        int tokens = Math.min(request.missingTokens(), budget);
        prefillTokens += tokens;
        schedule(request, tokens);
        cache.publish(request, request.computed + tokens);
    }

    private void schedule(CoreRequest request, int tokens) {
        request.scheduled = tokens;
        budget -= tokens;
        sequences++;
    }

    private void admit() {
        while (budget > 0 && !waiting.isEmpty()) {
            CoreRequest request = waiting.first();
            int hits = hitsIfItFits(request);
            while (hits < 0 && makeWayFor(request)) {
                hits = hitsIfItFits(request);
            }
            if (hits < 0) {
                return;
            }
            waiting.pollFirst();
            begin(request, hits);
            schedulePrefill(request);
        }
    }

    private int hitsIfItFits(CoreRequest first) {
        if (running.size() == parameters.maxSequences() || blockedAt == cache.changes()) {
            return -1;
        }
        int hits = cache.hitsIfItFits(first);
        blockedAt = hits < 0 ? cache.changes() : -1;
        return hits;
    }

    /** Preempts one running request that is less urgent; false when there is none. */
    private boolean makeWayFor(CoreRequest urgent) {
        if (!parameters.priorityScheduling()) {
            return false;
        }
        Optional<CoreRequest> victim =
                running.stream().max(CoreRequest.ORDER).filter(r -> r.priority > urgent.priority);
        victim.ifPresent(this::preempt);
        return victim.isPresent();
    }

    private void preempt(CoreRequest victim) {
        preemptions++;
        running.remove(victim);
        cache.giveBack(victim);
        // What the step does for it is paid for, but lost.
        victim.scheduled = 0;
        victim.computed = 0;
        victim.published = 0;
        enqueue(victim);
    }

    private void begin(CoreRequest request, int hits) {
        cache.take(request, hits);
        int hitTokens = hits * parameters.blockTokens();
        request.computed = hitTokens;
        request.state = State.RUNNING;
        running.add(request);
        if (request.firstAdmission(hitTokens)) {
            queriedTokens += request.promptTokens();
            cachedTokens += hitTokens;
        }
    }

    private void advance() {
        advancing = true;
        try {
            for (int i = 0; i < running.size(); i++) {
                CoreRequest request = running.get(i);
                request.computed += request.scheduled;
                request.scheduled = 0;
                if (request.state == State.RUNNING && request.missingTokens() == 0) {
                    produce(request);
                }
            }
        } finally {
            advancing = false;
            running.removeIf(request -> request.state != State.RUNNING);
        }
    }

    private void produce(CoreRequest request) {
        if (request.generated < request.outputTokens()) {
            request.generated++;
            if (request.generated == 1) {
                listener.firstToken(request);
            }
            listener.token(request, request.generated);
        }
        if (request.generated == request.outputTokens() && request.state == State.RUNNING) {
            request.state = State.FINISHED;
            cache.giveBack(request);
            listener.finished(request);
        }
    }
}
