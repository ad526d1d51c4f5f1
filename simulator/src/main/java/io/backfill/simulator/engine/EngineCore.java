package io.backfill.simulator.engine;

import io.backfill.simulator.engine.CoreRequest.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Continuous batching over a prefix-cached block pool, modeled on vLLM V1, one step at a time. Uses no clock and no
 * threads: the caller of {@link #step} adds up the durations. Not thread-safe.
 *
 * <p>A step first gives every decoding request one token, then continues prompts that were begun, then admits waiting
 * requests in order of arrival or priority, as long as tokens, sequences and blocks suffice. The first request that
 * does not fit stops the admission. A prompt longer than the remaining tokens of the step continues in the next step.
 * All blocks of a request, including those of its output, are reserved at admission, so that running requests never
 * run out of blocks. A full block of a prompt can be found by other requests as soon as it is scheduled, even within
 * the same step; at least one token of a prompt is always computed. A finished request releases its blocks in reverse
 * order, and generated blocks are never found again.
 *
 * <p>With priority scheduling, a waiting request that does not fit preempts running requests with a higher priority
 * number, the least urgent and latest first. Preempted requests lose their blocks, which stay in the cache until they
 * are reused, and recompute prompt and output when they are resumed.
 */
public final class EngineCore {
    /**
     * Receives the results of a step. All calls are made at the end of the step, which took {@link #lastStepSeconds}.
     */
    public interface Listener {
        /**
         * Called when the prompt is computed and the first token exists; a call of {@link #token} follows. Not called
         * for a request without output.
         */
        default void firstToken(CoreRequest request) {}

        /** Called when the {@code count}-th token exists; {@code count} starts at 1. */
        default void token(CoreRequest request, int count) {}

        /** Called when all tokens exist and the blocks are released. New requests may be submitted from here. */
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

    /** The cache's change count when the first waiting request was last found not to fit; -1 if it was not. */
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

    /** Returns whether a request of this size can ever run. */
    public boolean fits(int promptTokens, int outputTokens) {
        return parameters.blocksOf(promptTokens + outputTokens) <= parameters.blocks();
    }

    /**
     * Queues a request. Returns false if the queue is full. Throws {@link IllegalArgumentException} if the request is
     * larger than the pool, or if it has a priority although the engine does not schedule by priority.
     */
    public boolean submit(CoreRequest request) {
        if (request.state != State.NEW) {
            throw new IllegalStateException("a request can be submitted only once");
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

    /** Removes a request in any state. Has no effect if it has ended. */
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

    /** Returns the duration of the last step; within the listener, of the step that is ending. */
    public double lastStepSeconds() {
        return lastStepSeconds;
    }

    /** Returns the number of prompt tokens computed in the last step. */
    public int lastPrefillTokens() {
        return prefillTokens;
    }

    public int running() {
        return running.size();
    }

    public int waiting() {
        return waiting.size();
    }

    /** Returns the share of the blocks that requests hold, 0 to 1. Cached blocks without a holder count as free. */
    public double kvUsage() {
        return cache.usage();
    }

    /** Returns the number of prompt tokens of all admitted requests. */
    public long queriedTokens() {
        return queriedTokens;
    }

    /** Returns how many of these tokens were found in the cache. */
    public long cachedTokens() {
        return cachedTokens;
    }

    /** Returns the number of preemptions. */
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

    /** Preempts one less urgent running request. Returns false if there is none. */
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
        // The step's work for this request still takes time, but its result is lost.
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
