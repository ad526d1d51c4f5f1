package io.backfill.benchmarks;

import io.backfill.simulator.engine.CoreRequest;
import io.backfill.simulator.engine.EngineCore;
import io.backfill.simulator.engine.EngineParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * One engine in virtual time, shared by two kinds of users for eighteen minutes: interactive users, whose requests (1500 tokens in,
 * 250 out) arrive at random, eight per second for 90 s and one per second for the next 90 s; and a batch that keeps as many calls
 * open as its limit allows.
 */
final class SharedEngine {
    private static final double SECONDS = 18 * 60;
    private static final double PHASE = 90;
    private static final double BURST_RATE = 8;
    private static final double IDLE_RATE = 1;
    private static final int PROMPT_TOKENS = 1500;
    private static final int OUTPUT_TOKENS = 250;
    private static final double POLL_SECONDS = 0.5;

    /** The limit of open calls of a batch. */
    interface BatchLimit {
        int now();

        void polled(int running, int waiting, double kvUsage, int open);

        void served(long sentAt, int open);
    }

    /** The results of one run; times in seconds. */
    record Result(double batchPerSecond, double ttftMedian, double ttftTail, double betweenTokens) {
        static Result mean(List<Result> all) {
            return new Result(
                    mean(all, Result::batchPerSecond),
                    mean(all, Result::ttftMedian),
                    mean(all, Result::ttftTail),
                    mean(all, Result::betweenTokens));
        }

        private static double mean(List<Result> all, ToDoubleFunction<Result> figure) {
            return all.stream().mapToDouble(figure).average().orElse(Double.NaN);
        }
    }

    private final Map<CoreRequest, Double> arrivals = new HashMap<>();
    private final List<Double> firstTokens = new ArrayList<>();
    private final List<Double> between = new ArrayList<>();
    private final List<Long> answered = new ArrayList<>();
    private final Map<CoreRequest, Double> lastToken = new HashMap<>();
    private final Random traffic;
    private final EngineCore core;
    private double clock;
    private int open;
    private int done;
    private long requests;

    SharedEngine(EngineParameters parameters, long seed) {
        this.traffic = new Random(seed);
        this.core = new EngineCore(parameters, new EngineCore.Listener() {
            @Override
            public void token(CoreRequest request, int count) {
                heard(request, count);
            }

            @Override
            public void finished(CoreRequest request) {
                if (request.tag() instanceof Long sentAt) {
                    open--;
                    done++;
                    answered.add(sentAt);
                } else {
                    arrivals.remove(request);
                    lastToken.remove(request);
                }
            }
        });
    }

    /** Returns the virtual time in nanoseconds. */
    long nanos() {
        return (long) (clock * 1e9);
    }

    Result run(List<PromptWorkload.Prompt> batch, BatchLimit limit) {
        Iterator<PromptWorkload.Prompt> lines = batch.iterator();
        double nextArrival = gap(0);
        double nextPoll = 0;
        while (clock < SECONDS) {
            for (; nextArrival <= clock; nextArrival += gap(nextArrival)) {
                arrive(nextArrival);
            }
            if (clock >= nextPoll) {
                limit.polled(core.running(), core.waiting(), core.kvUsage(), open);
                nextPoll += POLL_SECONDS;
            }
            while (open < limit.now() && lines.hasNext()) {
                PromptWorkload.Prompt line = lines.next();
                core.submit(new CoreRequest(line.blocks(), line.tokens(), line.output(), 0, (Long) nanos()));
                open++;
            }
            if (core.idle()) {
                clock = Math.max(clock, Math.min(nextArrival, nextPoll));
                continue;
            }
            clock += core.step();
            for (long sentAt : answered) {
                limit.served(sentAt, open + 1);
            }
            answered.clear();
        }
        return new Result(
                done / SECONDS, quantile(firstTokens, 0.5), quantile(firstTokens, 0.99), quantile(between, 0.5));
    }

    private double gap(double at) {
        double rate = at % (2 * PHASE) < PHASE ? BURST_RATE : IDLE_RATE;
        return -Math.log(1 - traffic.nextDouble()) / rate;
    }

    private void arrive(double at) {
        long own = 5_000_000_000L + requests++;
        PromptWorkload.Prompt prompt = new PromptWorkload.Prompt(
                0, List.of(new PromptWorkload.Segment(own, PROMPT_TOKENS, false)), OUTPUT_TOKENS);
        CoreRequest request = new CoreRequest(prompt.blocks(), PROMPT_TOKENS, OUTPUT_TOKENS, 0, "interactive");
        arrivals.put(request, at);
        core.submit(request);
    }

    private void heard(CoreRequest request, int count) {
        Double arrived = arrivals.get(request);
        if (arrived == null) {
            return;
        }
        double now = clock + core.lastStepSeconds();
        if (count == 1) {
            firstTokens.add(now - arrived);
        } else {
            between.add(now - lastToken.getOrDefault(request, now));
        }
        lastToken.put(request, now);
    }

    private static double quantile(List<Double> values, double share) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
    }
}
