package io.backfill.dispatch.http;

import io.backfill.answers.spool.SpoolFolder;
import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import io.backfill.models.Model;
import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * End of the chain: sends the body as it is, over a kept connection, and reads the whole answer, on the caller's thread. No
 * redirect is followed and nothing is sent twice here; retrying is another link's business.
 *
 * <p>A model's time-out covers the attempt from connecting to the last byte. At that moment, or at the second stage of the
 * batch's abort, the socket is closed from outside, which wakes the caller wherever it blocks. Only the look-up of a host
 * name cannot be ended early.
 */
public final class HttpDispatcher implements RequestDispatcher, Closeable {
    private final HttpConfig config;
    private final ScheduledThreadPoolExecutor timer;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final ModelPools pools;
    private final AnswerReader answers;

    /**
     * @param timer ends calls at their deadline; one thread is enough. Must remove what is cancelled
     *     ({@link ScheduledThreadPoolExecutor#setRemoveOnCancelPolicy}), or every finished call stays in memory until its
     *     time-out. Is not shut down here.
     * @param spools where large answers go; empty: every answer is kept in memory, which suits few calls only
     */
    public HttpDispatcher(
            HttpConfig config,
            ScheduledThreadPoolExecutor timer,
            Optional<SpoolFolder> spools,
            InstantSource clock,
            LongSupplier nanoTime) {
        if (!timer.getRemoveOnCancelPolicy()) {
            throw new IllegalArgumentException("the timer must remove cancelled tasks");
        }
        this.config = config;
        this.timer = timer;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.pools = new ModelPools(nanoTime);
        this.answers = new AnswerReader(config.maxAnswerBytes(), config.spoolThreshold(), spools);
    }

    /** A sender that keeps every answer in memory. */
    public HttpDispatcher(
            HttpConfig config, ScheduledThreadPoolExecutor timer, InstantSource clock, LongSupplier nanoTime) {
        this(config, timer, Optional.empty(), clock, nanoTime);
    }

    @Override
    public Outcome dispatch(ModelRequest request) {
        ModelPool pool;
        try {
            pool = pools.of(request.model(), request.modelVersion());
        } catch (IOException e) {
            // which one, and why, is for operators: the model directory tells them
            return new Outcome.Unreachable("its key or certificate files cannot be used", false);
        }
        ReplicaPool endpoint = pool.enter(request.replica());
        try {
            return call(request, pool, endpoint);
        } finally {
            endpoint.leave();
        }
    }

    private Outcome call(ModelRequest request, ModelPool pool, ReplicaPool endpoint) {
        Model model = request.model();
        long timeout = model.timeout().toNanos();
        OpenCall call = new OpenCall();
        ScheduledFuture<?> deadline;
        try {
            deadline = timer.schedule(() -> call.end(OpenCall.End.DEADLINE), timeout, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return new Outcome.Unreachable("this node is going down", false);
        }
        try (AbortSignal.Registration ignored = request.abort().onCut(() -> call.end(OpenCall.End.CUT))) {
            HttpExchange exchange = new HttpExchange(request, pool.headers(), endpoint, call, answers, clock);
            return exchange.run(Math.min(timeout, config.connectTimeout().toNanos()));
        } finally {
            deadline.cancel(false);
        }
    }

    /**
     * One pass, to be run every few seconds: closes connections that nobody used for a while and reads key and certificate files
     * that changed. Without it keys stay as they were read first; nothing else depends on it.
     */
    public void maintain() {
        pools.maintain();
    }

    /** Closes idle connections now, and those of open calls when they end; ends no call. */
    @Override
    public void close() {
        pools.retireAll();
    }
}
