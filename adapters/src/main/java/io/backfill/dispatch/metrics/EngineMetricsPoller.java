package io.backfill.dispatch.metrics;

import io.backfill.models.Model;
import io.backfill.replicas.EngineMetrics;
import io.backfill.replicas.FleetRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Polls the load of the engines of all models with open calls. Each address is polled once, even if it serves several models, and the
 * result applies to all of them. A replica without metrics is polled again only after a minute, unless a model requires metrics.
 */
public final class EngineMetricsPoller {
    private static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    private static final int MOST_TRIES = 3;

    private final FleetRegistry fleets;
    private final EngineAccess access;
    private final Executor threads;
    private final Runnable changed;
    private final LongSupplier nanoTime;
    private final Set<URI> asking = ConcurrentHashMap.newKeySet();
    /** Addresses without metrics, with the time at which this was found. */
    private final Map<URI, Long> mute = new ConcurrentHashMap<>();

    /**
     * Creates a poller.
     *
     * @param threads starts a virtual thread per task
     * @param changed runs after every answer, because limits may have changed
     */
    public EngineMetricsPoller(FleetRegistry fleets, Executor threads, Runnable changed, LongSupplier nanoTime) {
        this.fleets = fleets;
        this.access = new EngineAccess(threads, nanoTime);
        this.threads = threads;
        this.changed = changed;
        this.nanoTime = nanoTime;
    }

    /**
     * Starts polling all busy replicas, and does not wait for answers. Skips replicas that have not answered an earlier poll yet.
     */
    public void pollOnce() {
        Map<URI, List<Model>> engines = new LinkedHashMap<>();
        for (Model model : fleets.busy()) {
            if (model.tuning().protection().isPresent()) {
                model.replicas()
                        .forEach(replica -> engines.computeIfAbsent(replica, address -> new ArrayList<>())
                                .add(model));
            }
        }
        engines.forEach((replica, models) -> {
            if ((isRequired(models) || !isMute(replica)) && asking.add(replica)) {
                start(replica, models);
            }
        });
        mute.values().removeIf(since -> nanoTime.getAsLong() - since >= ASK_AGAIN.toNanos());
        access.closeUnused();
    }

    private void start(URI replica, List<Model> models) {
        boolean started = false;
        try {
            threads.execute(() -> ask(replica, models));
            started = true;
        } finally {
            if (!started) {
                asking.remove(replica);
            }
        }
    }

    private static boolean isRequired(List<Model> models) {
        return models.stream()
                .anyMatch(model -> model.tuning().protection().orElseThrow().required());
    }

    private boolean isMute(URI replica) {
        Long since = mute.get(replica);
        return since != null && nanoTime.getAsLong() - since < ASK_AGAIN.toNanos();
    }

    private void ask(URI replica, List<Model> models) {
        try {
            fleets.asked(replica);
            Optional<EngineMetrics> metrics = firstAnswer(replica, models);
            if (metrics.isPresent()) {
                mute.remove(replica);
                fleets.polled(replica, metrics.get());
                changed.run();
            } else {
                mute.put(replica, nanoTime.getAsLong());
            }
        } catch (IOException e) {
            // the known metrics become stale, which the limit takes into account
        } finally {
            asking.remove(replica);
        }
    }

    /**
     * Returns the first answer with metrics. One model's key may be accepted where another's is not, so the models are tried in turn,
     * each combination of key, headers and TLS once, and at most {@link #MOST_TRIES} of them.
     */
    private Optional<EngineMetrics> firstAnswer(URI replica, List<Model> models) throws IOException {
        List<Model> tried = new ArrayList<>();
        Optional<IOException> failure = Optional.empty();
        for (Model model : models) {
            if (tried.size() < MOST_TRIES && tried.stream().noneMatch(other -> isSameAccess(model, other))) {
                tried.add(model);
                try {
                    Optional<EngineMetrics> metrics = access.ask(model, replica);
                    if (metrics.isPresent()) {
                        return metrics;
                    }
                } catch (IOException e) {
                    failure = Optional.of(e);
                }
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return Optional.empty();
    }

    private static boolean isSameAccess(Model one, Model other) {
        return one.apiKeyFile().equals(other.apiKeyFile())
                && one.headers().equals(other.headers())
                && one.tls().equals(other.tls());
    }
}
