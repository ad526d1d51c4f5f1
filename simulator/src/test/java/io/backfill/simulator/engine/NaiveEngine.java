package io.backfill.simulator.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same engine implemented in the simplest way, with objects and collections of the JDK and without shared code: first come,
 * first served. It also counts every block at every step.
 */
final class NaiveEngine {
    static final class Block {
        int holders;
        Long hash;
    }

    static final class Request {
        final long[] hashes;
        final int prompt;
        final int output;
        final List<Block> blocks = new ArrayList<>();
        int computed;
        int generated;
        int cached;
        boolean finished;

        Request(long[] hashes, int prompt, int output) {
            this.hashes = hashes;
            this.prompt = prompt;
            this.output = output;
        }
    }

    private final EngineParameters parameters;
    private final List<Block> all = new ArrayList<>();
    private final LinkedHashSet<Block> free = new LinkedHashSet<>();
    private final Map<Long, LinkedHashSet<Block>> known = new HashMap<>();
    private final Deque<Request> waiting = new ArrayDeque<>();
    private final List<Request> running = new ArrayList<>();

    NaiveEngine(EngineParameters parameters) {
        this.parameters = parameters;
        for (int i = 0; i < parameters.blocks(); i++) {
            Block block = new Block();
            all.add(block);
            free.add(block);
        }
    }

    void submit(Request request) {
        waiting.add(request);
    }

    void cancel(Request request) {
        waiting.remove(request);
        if (running.remove(request)) {
            giveBack(request);
        }
    }

    boolean idle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    int running() {
        return running.size();
    }

    int waiting() {
        return waiting.size();
    }

    double usage() {
        return 1 - (double) free.size() / all.size();
    }

    double step() {
        int left = parameters.maxBatchedTokens();
        int prefill = 0;
        long context = 0;
        Map<Request, Integer> plan = new HashMap<>();
        for (Request request : running) {
            if (request.generated > 0) {
                plan.put(request, 1);
                left--;
                context += request.prompt + request.generated;
            }
        }
        for (Request request : running) {
            if (request.generated == 0 && left > 0) {
                int tokens = Math.min(left, request.prompt - request.computed);
                plan.put(request, tokens);
                publish(request, request.computed, request.computed + tokens);
                left -= tokens;
                prefill += tokens;
            }
        }
        while (left > 0 && running.size() < parameters.maxSequences() && admitFirst()) {
            Request request = running.getLast();
            int tokens = Math.min(left, request.prompt - request.computed);
            plan.put(request, tokens);
            publish(request, request.computed, request.computed + tokens);
            left -= tokens;
            prefill += tokens;
        }
        double seconds = parameters.stepSeconds()
                + prefill / parameters.prefillTokensPerSecond()
                + context * parameters.kvBytesPerToken() / parameters.kvBytesPerSecond()
                + plan.size() * parameters.perSequenceSeconds();
        Iterator<Request> each = running.iterator();
        while (each.hasNext()) {
            Request request = each.next();
            request.computed += plan.getOrDefault(request, 0);
            if (request.computed == request.prompt + request.generated) {
                if (request.generated < request.output) {
                    request.generated++;
                }
                if (request.generated == request.output) {
                    each.remove();
                    request.finished = true;
                    giveBack(request);
                }
            }
        }
        return seconds;
    }

    /** Checks the invariants that must hold between steps. */
    void check() {
        Set<Block> held = new LinkedHashSet<>();
        Map<Block, Integer> holders = new HashMap<>();
        for (Request request : running) {
            for (Block block : request.blocks) {
                held.add(block);
                holders.merge(block, 1, Integer::sum);
            }
        }
        if (held.size() + free.size() != all.size()) {
            throw new AssertionError("a block is lost or counted twice");
        }
        for (Block block : all) {
            if (block.holders != holders.getOrDefault(block, 0)) {
                throw new AssertionError("a block has other holders than it counts");
            }
        }
    }

    private boolean admitFirst() {
        Request request = waiting.peek();
        if (request == null) {
            return false;
        }
        List<Block> hits = new ArrayList<>();
        if (parameters.prefixCaching()) {
            for (int i = 0; i < request.hashes.length && (i + 1) * 16 <= request.prompt - 1; i++) {
                LinkedHashSet<Block> twins = known.get(request.hashes[i]);
                if (twins == null || twins.isEmpty()) {
                    break;
                }
                hits.add(twins.getFirst());
            }
        }
        int total = (request.prompt + request.output + 15) / 16;
        Set<Block> others = new LinkedHashSet<>(free);
        hits.forEach(others::remove);
        if (total - hits.size() > others.size()) {
            return false;
        }
        waiting.remove();
        for (Block hit : hits) {
            free.remove(hit);
            hit.holders++;
            request.blocks.add(hit);
        }
        while (request.blocks.size() < total) {
            Block block = free.removeFirst();
            if (block.hash != null) {
                known.get(block.hash).remove(block);
                block.hash = null;
            }
            block.holders = 1;
            request.blocks.add(block);
        }
        request.cached = 16 * hits.size();
        request.computed = request.cached;
        running.add(request);
        return true;
    }

    private void publish(Request request, int from, int to) {
        if (!parameters.prefixCaching()) {
            return;
        }
        for (int i = 0; i < request.hashes.length; i++) {
            int end = 16 * (i + 1);
            if (end > from && end <= to) {
                Block block = request.blocks.get(i);
                block.hash = request.hashes[i];
                known.computeIfAbsent(block.hash, hash -> new LinkedHashSet<>()).add(block);
            }
        }
    }

    private void giveBack(Request request) {
        for (Block block : request.blocks.reversed()) {
            block.holders--;
            if (block.holders == 0) {
                free.add(block);
            }
        }
    }
}
