package io.backfill.simulator.engine;

import io.backfill.simulator.engine.CoreRequest.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * Continuous batching over a prefix-cached block pool, modeled on the scheduler of vLLM V1, one step at a time. Uses no
 * clock and no threads: the caller of {@link #step} adds up the durations. Not thread-safe.
 *
 * <p>A step first serves the running requests in the order of their admission: a decoding request computes one token,
 * a prompt that was begun continues. Then it admits waiting requests in order of arrival or priority, as long as
 * tokens, sequences and blocks suffice. The first request that does not fit stops the admission. A prompt longer than
 * the remaining tokens of the step continues in the next step. A request is admitted if there are free blocks for all
 * of its prompt, but a step takes only the blocks that its tokens need. A full block can be found by other requests as
 * soon as it is scheduled, even within the same step; at least one token of a prompt is always computed.
 *
 * <p>When a running request needs a block and none is free, the request that was admitted last is preempted; with
 * priority scheduling, it is the one with the highest priority number and among these the latest. This may be the
 * request itself. A preempted request waits before all later ones, and recomputes the part of its prompt and output
 * that is no longer cached. A step that preempted a request admits none. A waiting request preempts no other, whatever
 * its priority.
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
        if (scheduleRunning()) {
            admit();
        }
        lastStepSeconds = durationOfStep();
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

    /** Schedules the running requests. Returns whether all blocks that they need were free. */
    private boolean scheduleRunning() {
        boolean noneGaveWay = true;
        for (int i = 0; i < running.size() && budget > 0; i++) {
            CoreRequest request = running.get(i);
            int tokens = Math.min(request.missingTokens(), budget);
            while (!cache.growIfFree(request, request.computed + tokens)) {
                noneGaveWay = false;
                CoreRequest victim = parameters.priorityScheduling()
                        ? Collections.max(running, CoreRequest.ORDER)
                        : running.getLast();
                if (running.indexOf(victim) < i) {
                    i--;
                }
                preempt(victim);
                if (victim == request) {
                    return false;
                }
            }
            schedule(request, tokens);
        }
        return noneGaveWay;
    }

    private void schedule(CoreRequest request, int tokens) {
        request.scheduled = tokens;
        budget -= tokens;
        cache.publish(request, request.computed + tokens);
    }

    private void admit() {
        while (budget > 0 && running.size() < parameters.maxSequences() && !waiting.isEmpty()) {
            if (blockedAt == cache.changes()) {
                return;
            }
            CoreRequest request = waiting.first();
            int hits = cache.hitsIfItFits(request);
            if (hits < 0) {
                blockedAt = cache.changes();
                return;
            }
            waiting.pollFirst();
            begin(request, hits);
            int tokens = Math.min(request.missingTokens(), budget);
            if (!cache.growIfFree(request, request.computed + tokens)) {
                throw new IllegalStateException("an admitted request does not fit");
            }
            schedule(request, tokens);
        }
    }

    private void preempt(CoreRequest victim) {
        preemptions++;
        running.remove(victim);
        cache.giveBack(victim);
        budget += victim.scheduled;
        victim.scheduled = 0;
        victim.computed = 0;
        enqueue(victim);
    }

    private double durationOfStep() {
        prefillTokens = 0;
        double prefillPairs = 0;
        long contextTokens = 0;
        int sequences = 0;
        for (CoreRequest request : running) {
            if (request.scheduled > 0) {
                sequences++;
                if (request.decodes()) {
                    contextTokens += request.contextTokens();
                } else {
                    prefillTokens += request.scheduled;
                    prefillPairs += request.scheduled * (request.computed + request.scheduled / 2.0);
                }
            }
        }
        return parameters.times().seconds(prefillTokens, prefillPairs, contextTokens, sequences);
    }

    private void begin(CoreRequest request, int hits) {
        cache.hold(request, hits);
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
