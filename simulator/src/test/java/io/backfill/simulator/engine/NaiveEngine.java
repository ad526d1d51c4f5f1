package io.backfill.simulator.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same engine implemented in the simplest way, with objects and collections of the JDK and without shared code. It also
 * counts every block at every step.
 */
final class NaiveEngine {
    static final class Block {
        int holders;
        Object hash;
    }

    static final class Request {
        final List<Object> hashes = new ArrayList<>();
        final int prompt;
        final int output;
        final int priority;
        final List<Block> blocks = new ArrayList<>();
        int number;
        int computed;
        int generated;
        int cached = -1;

        Request(long[] hashes, int prompt, int output, int priority) {
            for (long hash : hashes) {
                this.hashes.add(hash);
            }
            this.prompt = prompt;
            this.output = output;
            this.priority = priority;
            while (this.hashes.size() < (prompt + output) / 16 + 1) {
                this.hashes.add(new Object());
            }
        }

        int known() {
            return prompt + generated;
        }
    }

    private static final Comparator<Request> ORDER =
            Comparator.comparingInt((Request r) -> r.priority).thenComparingInt(r -> r.number);

    private final EngineParameters parameters;
    private final List<Block> all = new ArrayList<>();
    private final List<Block> free = new ArrayList<>();
    private final Map<Object, LinkedHashSet<Block>> known = new HashMap<>();
    private final List<Request> waiting = new ArrayList<>();
    private final List<Request> running = new ArrayList<>();
    private int submitted;
    int preemptions;

    NaiveEngine(EngineParameters parameters) {
        this.parameters = parameters;
        for (int i = 0; i < parameters.blocks(); i++) {
            Block block = new Block();
            all.add(block);
            free.add(block);
        }
    }

    void submit(Request request) {
        request.number = submitted++;
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
        Map<Request, Integer> plan = new HashMap<>();
        boolean allFitted = true;
        List<Request> turns = new ArrayList<>(running);
        for (Request request : turns) {
            int tokens = Math.min(left(plan), request.known() - request.computed);
            if (!running.contains(request) || tokens == 0) {
                continue;
            }
            while (running.contains(request) && missingBlocks(request, request.computed + tokens) > free.size()) {
                allFitted = false;
                Request victim = parameters.priorityScheduling()
                        ? running.stream().max(ORDER).orElseThrow()
                        : running.getLast();
                plan.remove(victim);
                preempt(victim);
            }
            if (!running.contains(request)) {
                break;
            }
            compute(request, tokens, plan);
        }
        while (allFitted && left(plan) > 0 && running.size() < parameters.maxSequences() && admitFirst()) {
            Request request = running.getLast();
            compute(request, Math.min(left(plan), request.known() - request.computed), plan);
        }
        StepTimes times = parameters.times();
        int prefill = 0;
        long context = 0;
        double pairs = 0;
        for (Request request : running) {
            int tokens = plan.getOrDefault(request, 0);
            boolean decodes = request.generated > 0 && request.known() - request.computed == 1;
            prefill += decodes ? 0 : tokens;
            pairs += decodes ? 0 : tokens * (request.computed + tokens / 2.0);
            context += decodes && tokens > 0 ? request.known() : 0;
        }
        for (Request request : List.copyOf(running)) {
            request.computed += plan.getOrDefault(request, 0);
            if (request.computed == request.known()) {
                if (request.generated < request.output) {
                    request.generated++;
                }
                if (request.generated == request.output) {
                    running.remove(request);
                    giveBack(request);
                }
            }
        }
        return times.stepSeconds()
                + prefill / times.prefillTokensPerSecond()
                + pairs / times.prefillPairsPerSecond()
                + context * times.kvBytesPerToken() / times.kvBytesPerSecond()
                + plan.size() * times.perSequenceSeconds();
    }

    private int left(Map<Request, Integer> plan) {
        int spent = 0;
        for (int tokens : plan.values()) {
            spent += tokens;
        }
        return parameters.maxBatchedTokens() - spent;
    }

    private void compute(Request request, int tokens, Map<Request, Integer> plan) {
        plan.put(request, tokens);
        int end = request.computed + tokens;
        for (int i = missingBlocks(request, end); i > 0; i--) {
            Block block = free.removeFirst();
            if (block.hash != null) {
                known.get(block.hash).remove(block);
                block.hash = null;
            }
            block.holders = 1;
            request.blocks.add(block);
        }
        publish(request, request.computed, end);
    }

    private static int missingBlocks(Request request, int tokens) {
        return (tokens + 15) / 16 - request.blocks.size();
    }

    private void preempt(Request victim) {
        preemptions++;
        running.remove(victim);
        giveBack(victim);
        victim.computed = 0;
        waiting.add(victim);
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
        if (waiting.isEmpty()) {
            return false;
        }
        Request request = waiting.stream().min(ORDER).orElseThrow();
        List<Block> hits = new ArrayList<>();
        if (parameters.prefixCaching()) {
            for (int i = 0; (i + 1) * 16 <= request.known() - 1; i++) {
                LinkedHashSet<Block> twins = known.get(request.hashes.get(i));
                if (twins == null || twins.isEmpty()) {
                    break;
                }
                hits.add(twins.getFirst());
            }
        }
        Set<Block> others = new LinkedHashSet<>(free);
        hits.forEach(others::remove);
        if ((request.known() + 15) / 16 - hits.size() > others.size()) {
            return false;
        }
        waiting.remove(request);
        for (Block hit : hits) {
            free.remove(hit);
            hit.holders++;
            request.blocks.add(hit);
        }
        request.computed = 16 * hits.size();
        if (request.cached < 0) {
            request.cached = request.computed;
        }
        running.add(request);
        return true;
    }

    private void publish(Request request, int from, int to) {
        if (!parameters.prefixCaching()) {
            return;
        }
        for (int i = from / 16; i < to / 16; i++) {
            Block block = request.blocks.get(i);
            block.hash = request.hashes.get(i);
            known.computeIfAbsent(block.hash, hash -> new LinkedHashSet<>()).add(block);
        }
    }

    private void giveBack(Request request) {
        for (Block block : request.blocks.reversed()) {
            block.holders--;
            if (block.holders == 0) {
                free.add(block.hash == null ? 0 : free.size(), block);
            }
        }
        request.blocks.clear();
    }
}
