package io.backfill.dispatch;

import io.backfill.models.Model;
import io.backfill.models.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Link: makes a failed call again, with exponential back-off and jitter, while the outcome may change. Waiting holds no slot.
 *
 * <ul>
 *   <li>Answers 408 and 5xx (but 503), time-outs and broken connections count against {@code retries}.
 *   <li>Refused connections, 429, 503 and what a router drops cost the model nothing. They are tried until the <em>model</em> has been away for
 *       {@code patience}; after that every line gets its {@code retries} only, so that a batch on a dead model ends.
 *   <li>{@code Retry-After} is honoured up to the largest back-off; every other 4xx is final.
 * </ul>
 */
public final class RetryingDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;
    private final DispatchObserver observer;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    /** The models that give nothing but refusals. */
    private final ConcurrentMap<String, Away> away = new ConcurrentHashMap<>();

    public RetryingDispatcher(
            RequestDispatcher next, DispatchObserver observer, LongSupplier nanoTime, RandomGenerator random) {
        this.next = next;
        this.observer = observer;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    @Override
    public Outcome dispatch(ModelRequest first) throws InterruptedException {
        ModelRequest request = first;
        Model model = request.model();
        RetryPolicy policy = model.retry();
        int counted = 0;
        int attempts = 0;
        while (true) {
            Outcome outcome = next.dispatch(request);
            attempts++;
            if (outcome instanceof Outcome.Cancelled) {
                return outcome;
            }
            Verdict verdict = verdict(outcome);
            note(model, verdict);
            if (verdict == Verdict.FINAL) {
                return outcome;
            }
            if (verdict == Verdict.COSTLY || patienceIsOver(model)) {
                counted++;
            }
            if (counted > policy.retries()) {
                return outcome;
            }
            observer.retried(model, outcome);
            outcome.close();
            if (request.abort().await(pause(policy, attempts, outcome))) {
                return new Outcome.Cancelled();
            }
            request = request.nextAttempt();
        }
    }

    private enum Verdict {
        /** Trying again would give the same. */
        FINAL,
        /** The model may have worked on it. */
        COSTLY,
        /** The model has not worked on it: away, or without capacity. */
        FREE
    }

    private static Verdict verdict(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered -> {
                int status = answered.status();
                // a router that drops or evicts a request says so: the model has not answered it
                if (status == 429 || status == 503 || answered.dropReason().isPresent()) {
                    yield Verdict.FREE;
                }
                yield status == 408 || status >= 500 ? Verdict.COSTLY : Verdict.FINAL;
            }
            case Outcome.Unreachable unreachable -> unreachable.sent() ? Verdict.COSTLY : Verdict.FREE;
            case Outcome.AnswerTooLarge tooLarge -> Verdict.FINAL;
            case Outcome.TimedOut timedOut -> Verdict.COSTLY;
            case Outcome.Cancelled cancelled -> Verdict.FINAL;
        };
    }

    private void note(Model model, Verdict verdict) {
        if (verdict == Verdict.FREE) {
            long now = nanoTime.getAsLong();
            away.merge(
                    model.name(),
                    new Away(now, now),
                    (before, first) ->
                            now - before.last > silence(model).toNanos() ? first : new Away(before.since, now));
        } else if (!away.isEmpty()) {
            away.remove(model.name());
        }
    }

    /** Nobody asked the model for so long that its last refusal says nothing about now: who waits asks more often. */
    private static Duration silence(Model model) {
        return model.retry()
                .patience()
                .plus(model.retry().max().multipliedBy(2))
                .plus(model.timeout());
    }

    private boolean patienceIsOver(Model model) {
        Away since = away.get(model.name());
        return since != null
                && nanoTime.getAsLong() - since.since
                        >= model.retry().patience().toNanos();
    }

    /** When a model's first refusal without anything better since was, and its newest. */
    private record Away(long since, long last) {}

    private Duration pause(RetryPolicy policy, int attempts, Outcome outcome) {
        long max = policy.max().toMillis();
        long backoff = Math.min(max, policy.initial().toMillis() << Math.min(attempts - 1, 20));
        long jittered = backoff / 2 + random.nextLong(backoff / 2 + 1);
        long asked = outcome instanceof Outcome.Answered answered
                ? answered.retryAfter().map(Duration::toMillis).orElse(0L)
                : 0;
        return Duration.ofMillis(Math.max(jittered, Math.min(asked, max)));
    }
}
