package io.backfill.dispatch;

import static java.lang.System.Logger.Level.DEBUG;

import io.backfill.models.Model;
import io.backfill.models.RetryPolicy;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Link that retries a failed call, with exponential back-off and jitter, as long as the outcome may change. A call in back-off
 * holds no slot. {@link Verdict} defines what an outcome means:
 *
 * <ul>
 *   <li>An attempt that may have cost the model work counts against {@code retries}.
 *   <li>An attempt that cost the model nothing is repeated until the <em>model</em> has refused all such lines for
 *       {@code patience}. After that every line gets only its {@code retries}, so that a batch on a dead model ends. A line that is
 *       refused while others like it are served gets {@code patience} in total.
 *   <li>A line that its replica does not serve is sent to another replica at once, one time.
 *   <li>{@code Retry-After} is honored up to the maximum back-off.
 * </ul>
 */
public final class RetryingDispatcher implements RequestDispatcher {
    private static final System.Logger LOG = System.getLogger("io.backfill.dispatch");

    private final RequestDispatcher next;
    private final DispatchObserver observer;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final RefusalHistory patience;

    public RetryingDispatcher(
            RequestDispatcher next, DispatchObserver observer, LongSupplier nanoTime, RandomGenerator random) {
        this.next = next;
        this.observer = observer;
        this.nanoTime = nanoTime;
        this.random = random;
        this.patience = new RefusalHistory(nanoTime);
    }

    @Override
    public Outcome dispatch(ModelRequest first) throws InterruptedException {
        Model model = first.model();
        Attempts attempts = new Attempts(model, new LineHistory(LineKind.of(first)));
        ModelRequest request = first.remembering(attempts.history);
        while (true) {
            Outcome outcome = next.dispatch(request);
            if (outcome instanceof Outcome.Cancelled || attempts.isLast(outcome)) {
                logEnd(request, outcome);
                return outcome;
            }
            observer.retried(model, outcome);
            outcome.close();
            // a call in back-off holds no memory
            request.control().grant().shrinkTo(0);
            Duration pause = attempts.pause(outcome);
            logRetry(request, outcome, pause);
            if (request.control().abort().await(pause)) {
                return new Outcome.Cancelled();
            }
            request = request.nextAttempt();
        }
    }

    private static void logRetry(ModelRequest request, Outcome outcome, Duration pause) {
        if (LOG.isLoggable(DEBUG)) {
            LOG.log(
                    DEBUG,
                    "Line %s is sent again in %d ms after attempt %d: %s"
                            .formatted(
                                    request.id(),
                                    pause.toMillis(),
                                    request.scheduling().attempt(),
                                    reason(outcome)));
        }
    }

    /** Logs the end of a line that was retried. */
    private static void logEnd(ModelRequest request, Outcome outcome) {
        int attempts = request.scheduling().attempt();
        if (attempts > 1 && LOG.isLoggable(DEBUG)) {
            LOG.log(DEBUG, "Line %s ends after %d attempts: %s".formatted(request.id(), attempts, reason(outcome)));
        }
    }

    private static String reason(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered ->
                "status " + answered.status() + (answered.dropReason().isPresent() ? ", dropped by a router" : "");
            case Outcome.Unreachable unreachable -> unreachable.reason();
            case Outcome.AnswerTooLarge tooLarge -> tooLarge.reason();
            case Outcome.TimedOut _ -> "no complete answer within the model's time-out";
            case Outcome.Cancelled _ -> "its batch is aborted";
        };
    }

    /** The attempts of one line. */
    private final class Attempts {
        private final Model model;
        private final RetryPolicy policy;
        private final LineHistory history;
        private int made;
        /** Attempts that count against {@code retries}. */
        private int counted;

        private int refusals;
        private long refusedAt;
        /** Nanoseconds between refusals of this line during which others like it were served. */
        private long alone;

        private boolean atOnce;

        Attempts(Model model, LineHistory history) {
            this.model = model;
            this.policy = model.retry();
            this.history = history;
        }

        /** Records an attempt that ended. Returns whether it was the last one of the line. */
        boolean isLast(Outcome outcome) {
            made++;
            Verdict verdict = history.takeLatest().orElseGet(() -> Verdict.of(outcome, Verdict.Witness.NONE));
            // read before this attempt is recorded
            boolean otherServed = patience.servedSince(model, history.kind(), refusedAt);
            patience.note(model, history.kind(), verdict.model());
            atOnce = false;
            return switch (verdict.line()) {
                case DONE, FINAL, NOTHING -> true;
                case ELSEWHERE -> {
                    atOnce = true;
                    yield false;
                }
                case COSTLY -> ++counted > policy.retries();
                case FREE -> isLastRefusal(otherServed);
            };
        }

        private boolean isLastRefusal(boolean otherServed) {
            long now = nanoTime.getAsLong();
            if (refusals++ > 0 && otherServed) {
                alone += now - refusedAt;
            }
            refusedAt = now;
            if (alone >= policy.patience().toNanos() && made > policy.retries()) {
                return true;
            }
            return patience.isOver(model, history.kind()) && ++counted > policy.retries();
        }

        Duration pause(Outcome outcome) {
            if (atOnce) {
                return Duration.ZERO;
            }
            long max = policy.max().toMillis();
            long backoff = Math.min(max, policy.initial().toMillis() << Math.min(made - 1, 20));
            long jittered = backoff / 2 + random.nextLong(backoff / 2 + 1);
            Duration asked = outcome.retryAfter().map(policy::bounded).orElse(Duration.ZERO);
            return Duration.ofMillis(Math.max(jittered, asked.toMillis()));
        }
    }
}
