package io.backfill.replicas;

import io.backfill.models.Protection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of {@link ReplicaLimit} as they are documented, evaluated from the complete history: every query starts with the first
 * event. No state is kept between two queries, so none can be stale.
 */
final class NaiveLimit {
    private final Optional<Protection> protection;
    private final Duration patience;
    private final int first;
    private final int cap;
    private final long begun;
    private final List<Event> events = new ArrayList<>();

    NaiveLimit(Optional<Protection> protection, Duration patience, int first, int cap, long begun) {
        this.protection = protection;
        this.patience = patience;
        this.first = first;
        this.cap = cap;
        this.begun = begun;
    }

    private sealed interface Event {
        long at();
    }

    private record Answer(long at, ReplicaLimit.Signal signal, Optional<Duration> retryAfter, long sentAt, int open)
            implements Event {}

    private record Poll(long at, EngineMetrics metrics, int open) implements Event {}

    void answered(long at, ReplicaLimit.Signal signal, Optional<Duration> retryAfter, long sentAt, int open) {
        events.add(new Answer(at, signal, retryAfter, sentAt, open));
    }

    void polled(long at, EngineMetrics metrics, int open) {
        events.add(new Poll(at, metrics, open));
    }

    int at(long now) {
        double limit = first;
        double slowUntil = 0;
        long decreased = Long.MIN_VALUE;
        long closedUntil = Long.MIN_VALUE;
        long served = begun;
        for (int i = 0; i < events.size(); i++) {
            switch (events.get(i)) {
                case Poll poll -> {
                    if (protection.isPresent()
                            && poll.metrics().waiting() >= protection.get().waiting()) {
                        limit = Math.max(1, limit * 0.5);
                        decreased = poll.at();
                        slowUntil = 0;
                    } else if (protection.isPresent() && mayRise(i, limit, poll.open())) {
                        limit = Math.min(cap, limit + 3);
                    }
                }
                case Answer answer -> {
                    switch (answer.signal()) {
                        case SATURATED, EXPIRED -> {
                            boolean saturated = answer.signal() == ReplicaLimit.Signal.SATURATED;
                            if (answer.sentAt() > decreased) {
                                limit = Math.max(1, limit * (saturated ? 0.5 : 0.9));
                                decreased = answer.at();
                                slowUntil = 0;
                            }
                            boolean worthWaiting = answer.at() - served <= patience.toNanos();
                            if (saturated && answer.retryAfter().isPresent() && worthWaiting) {
                                if (answer.at() >= closedUntil) {
                                    slowUntil = Math.max(slowUntil, limit);
                                    limit = 1;
                                }
                                closedUntil = Math.max(
                                        closedUntil,
                                        answer.at() + answer.retryAfter().get().toNanos());
                            }
                        }
                        case SERVED -> {
                            served = answer.at();
                            closedUntil = Long.MIN_VALUE;
                            if (mayRise(i, limit, answer.open())) {
                                limit = Math.min(cap, limit + (limit < slowUntil ? 1 : 1 / limit));
                            }
                        }
                        case NONE -> {}
                    }
                }
            }
        }
        return now < closedUntil ? 0 : Math.max(1, Math.min((int) limit, ceiling(now)));
    }

    /** Returns whether at least half of the limit is used, and the cache is not known to be nearly full. */
    private boolean mayRise(int event, double limit, int open) {
        boolean full = protection.isPresent()
                && newest(event, events.get(event).at())
                        .filter(poll ->
                                poll.metrics().kvUsage() >= protection.get().kvUsage())
                        .isPresent();
        return !full && open >= Math.floor(limit) / 2;
    }

    private int ceiling(long now) {
        if (protection.isEmpty()) {
            return cap;
        }
        Optional<Poll> poll = newest(events.size() - 1, now);
        if (poll.isEmpty()) {
            return protection.get().required() ? 1 : cap;
        }
        if (protection.get().runningTarget().isEmpty()) {
            return cap;
        }
        EngineMetrics metrics = poll.get().metrics();
        int others =
                Math.max(0, metrics.running() + metrics.waiting() - poll.get().open());
        return protection.get().runningTarget().getAsInt() - others;
    }

    /** Returns the last poll up to that event, unless it is stale. */
    private Optional<Poll> newest(int event, long now) {
        for (int i = event; i >= 0; i--) {
            if (events.get(i) instanceof Poll poll) {
                return now - poll.at() > 5_000_000_000L ? Optional.empty() : Optional.of(poll);
            }
        }
        return Optional.empty();
    }
}
