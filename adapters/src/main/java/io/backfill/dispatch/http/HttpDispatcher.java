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
 * The last link of the chain. Sends the body unchanged over a persistent connection and reads the whole answer, on the caller's
 * thread. Does not follow redirects and does not retry; another link of the chain retries.
 *
 * <p>The time-out of a model covers the whole attempt, from connecting to the last byte. When it expires, or at the second stage of
 * the batch's abort, another thread closes the socket, which unblocks the caller at any point. Only the look-up of a host name
 * cannot be interrupted.
 */
public final class HttpDispatcher implements RequestDispatcher, Closeable {
    private final HttpConfig config;
    private final ScheduledThreadPoolExecutor timer;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final ModelPools pools;
    private final AnswerReader answers;

    /**
     * Creates a dispatcher.
     *
     * @param timer ends calls at their deadline; one thread is enough. Must remove cancelled tasks
     *     ({@link ScheduledThreadPoolExecutor#setRemoveOnCancelPolicy}), because otherwise every finished call stays in memory until
     *     its time-out. Not shut down by {@link #close}.
     * @param spools the folder for large answers; if empty, every answer is kept in memory, which suits only few concurrent calls
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

    /** Creates a dispatcher that keeps every answer in memory. */
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
            // the model directory reports the file and the reason to operators
            return new Outcome.Unreachable("its key or certificate files cannot be used", false);
        }
        ReplicaPool replica = pool.enter(request.replica());
        try {
            return call(request, pool, replica);
        } finally {
            replica.leave();
        }
    }

    private Outcome call(ModelRequest request, ModelPool pool, ReplicaPool replica) {
        Model model = request.model();
        long timeout = model.timeout().toNanos();
        OpenCall call = new OpenCall();
        ScheduledFuture<?> deadline;
        try {
            deadline = timer.schedule(() -> call.end(OpenCall.End.DEADLINE), timeout, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return new Outcome.Unreachable("this node is shutting down", false);
        }
        try (AbortSignal.Registration _ = request.control().abort().onCut(() -> call.end(OpenCall.End.CUT))) {
            HttpExchange exchange = new HttpExchange(request, pool.headers(), replica, call, answers, clock);
            return exchange.run(Math.min(timeout, config.connectTimeout().toNanos()));
        } finally {
            deadline.cancel(false);
        }
    }

    /**
     * Closes connections that have been idle for a while, and reads key and certificate files again that have changed. To be called
     * every few seconds. Without it, changes of these files take effect only when the model's configuration changes.
     */
    public void maintain() {
        pools.maintain();
    }

    /** Closes idle connections at once, and connections in use when their calls end. Does not end any call. */
    @Override
    public void close() {
        pools.retireAll();
    }
}
