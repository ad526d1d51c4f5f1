package io.backfill.benchmarks;

import io.backfill.simulator.engine.ApiServer;
import io.backfill.simulator.engine.CoreRequest;
import io.backfill.simulator.engine.EngineCore;
import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.TokenRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One engine in virtual time, shared by interactive users and a batch that keeps as many calls open as its control allows. Not
 * thread-safe.
 */
final class SharedEngine {
    private static final double POLL_SECONDS = 0.5;

    /**
     * What one run showed, without its warm-up; times in seconds.
     *
     * @param batchPerSecond calls of the batch that ended, per second
     * @param callSeconds mean time of these calls
     * @param seconds when the run ended
     */
    record Result(
            double batchPerSecond,
            double callSeconds,
            double seconds,
            double[] firstTokens,
            double[] betweenTokens,
            double[] meansBetweenTokens) {
        /** Returns the quantile of the interactive users' times to their first tokens. */
        double firstToken(double share) {
            return quantile(firstTokens, share);
        }

        /** Returns the quantile of the interactive users' times between two tokens. */
        double betweenTokens(double share) {
            return quantile(betweenTokens, share);
        }

        /** Returns the quantile of the mean times between two tokens of each of the interactive users' requests. */
        double meanBetweenTokens(double share) {
            return quantile(meansBetweenTokens, share);
        }

        private static double quantile(double[] sorted, double share) {
            return sorted.length == 0 ? Double.NaN : sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
        }
    }

    /** Something that happens at a time, outside of the engine. */
    private record Event(double at, long number, Runnable what) {}

    /** A request of the batch or of a user. */
    private final class Request {
        final boolean ofBatch;
        final double sentAt;
        double firstToken;
        double lastToken;

        Request(boolean ofBatch, double sentAt) {
            this.ofBatch = ofBatch;
            this.sentAt = sentAt;
        }

        boolean counts() {
            return sentAt >= warmUp;
        }
    }

    private final EngineParameters parameters;
    private final EngineUsers users;
    private final EngineCore core;
    private final ApiServer api;
    private final TokenRecord tokens = new TokenRecord();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::number));
    private final List<Double> firstTokens = new ArrayList<>();
    private final List<Double> between = new ArrayList<>();
    private final List<Double> meansBetween = new ArrayList<>();
    /** A line of the batch that is not due yet. */
    private PromptWorkload.@Nullable Prompt waiting;

    private double clock;
    private double warmUp;
    private double callSeconds;
    private double lastEnd;
    private double nextPoll;
    private int open;
    private int done;
    private long finished;
    private long scheduled;
    private BatchControl control = BatchControl.fixed(0);

    SharedEngine(EngineParameters parameters, EngineUsers users) {
        this.parameters = parameters;
        this.users = users;
        this.api = new ApiServer(parameters.api());
        this.core = new EngineCore(parameters, new EngineCore.Listener() {
            @Override
            public void token(CoreRequest request, int count) {
                heard(request, count);
            }
        });
    }

    /** Returns the virtual time in nanoseconds. */
    long nanos() {
        return (long) (clock * 1e9);
    }

    /** Runs for some time, and counts what is sent after the warm-up. */
    Result run(Iterator<PromptWorkload.Prompt> batch, BatchControl newControl, double seconds, double newWarmUp) {
        control = newControl;
        warmUp = newWarmUp;
        while (clock < seconds) {
            advance(batch);
        }
        return result(seconds);
    }

    /** Runs until the last call of the batch has ended. */
    Result runToTheEnd(Iterator<PromptWorkload.Prompt> batch, BatchControl newControl) {
        control = newControl;
        do {
            advance(batch);
        } while (open > 0 || waiting != null || batch.hasNext());
        return result(lastEnd);
    }

    private Result result(double seconds) {
        return new Result(
                done / (seconds - warmUp),
                callSeconds / done,
                seconds,
                sorted(firstTokens),
                sorted(between),
                sorted(meansBetween));
    }

    private static double[] sorted(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private void advance(Iterator<PromptWorkload.Prompt> batch) {
        while (!events.isEmpty() && events.peek().at() <= clock) {
            events.remove().what().run();
        }
        while (users.nextAt() <= clock) {
            double at = users.nextAt();
            send(users.send(), new Request(false, at));
        }
        if (clock >= nextPoll) {
            control.polled(
                    new BatchControl.Poll(core.running(), core.waiting(), core.kvUsage(), finished, tokens), open);
            nextPoll += POLL_SECONDS;
        }
        while (open < control.now() && (waiting != null || batch.hasNext())) {
            PromptWorkload.Prompt next = waiting == null ? batch.next() : waiting;
            if (!control.isDue(next.tokens())) {
                waiting = next;
                break;
            }
            waiting = null;
            open++;
            control.sent(next.tokens(), next.output());
            send(next, new Request(true, clock));
        }
        if (core.idle()) {
            double next = Math.min(users.nextAt(), nextPoll);
            if (!events.isEmpty()) {
                next = Math.min(next, events.peek().at());
            }
            if (waiting != null && control.notBefore() > nanos()) {
                next = Math.min(next, (control.notBefore() + 1) / 1e9);
            }
            clock = Math.max(clock, next);
        } else {
            clock += core.step();
        }
    }

    private void at(double time, Runnable what) {
        events.add(new Event(time, scheduled++, what));
    }

    private void send(PromptWorkload.Prompt prompt, Request request) {
        CoreRequest sequence =
                new CoreRequest(prompt.blocks(parameters.blockTokens()), prompt.tokens(), prompt.output(), 0, request);
        double ready = api.received(request.sentAt, prompt.tokens());
        if (ready <= clock) {
            core.submit(sequence);
        } else {
            at(ready, () -> core.submit(sequence));
        }
    }

    /** Takes a token at the end of the step that is ending. */
    private void heard(CoreRequest sequence, int count) {
        Request request = (Request) sequence.tag();
        double now = api.sent(clock + core.lastStepSeconds());
        double since = now - (count == 1 ? request.sentAt : request.lastToken);
        request.lastToken = now;
        if (count == 1) {
            request.firstToken = now;
            tokens.prompt(sequence.promptTokens());
            tokens.first(since);
        } else {
            tokens.next(since, 1);
        }
        if (!request.ofBatch && request.counts()) {
            (count == 1 ? firstTokens : between).add(since);
        }
        if (count == sequence.outputTokens()) {
            tokens.end(now - request.sentAt);
            at(now, () -> ended(sequence, request, now));
        }
    }

    private void ended(CoreRequest sequence, Request request, double now) {
        finished++;
        lastEnd = now;
        if (!request.ofBatch) {
            if (request.counts() && sequence.outputTokens() > 1) {
                meansBetween.add((now - request.firstToken) / (sequence.outputTokens() - 1));
            }
            users.ended(now);
            return;
        }
        control.ended(
                new BatchControl.Call(
                        sequence.promptTokens(),
                        sequence.cachedTokens(),
                        sequence.outputTokens(),
                        (long) (request.sentAt * 1e9),
                        (long) (now * 1e9)),
                open);
        open--;
        if (now >= warmUp) {
            done++;
            callSeconds += now - request.sentAt;
        }
    }
}
