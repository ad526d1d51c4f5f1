package io.backfill.dispatch;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells everybody who works on a batch to stop, in two stages: {@link #trip} forbids new calls at once and lets open ones run
 * out; {@link #cut} ends the open ones. The first cause wins, each stage happens once. Nothing is interrupted: an interrupt
 * would close file channels that others use. Thread-safe.
 */
public final class AbortSignal {
    private final LongSupplier nanoTime;
    private final CountDownLatch tripped = new CountDownLatch(1);
    private final AtomicBoolean cut = new AtomicBoolean();
    private final Set<Action> onTrip = ConcurrentHashMap.newKeySet();
    private final Set<Action> onCut = ConcurrentHashMap.newKeySet();
    /** Written under the monitor, after {@code trippedAt}; once, or a second time where it was a yield. */
    private volatile @Nullable AbortCause cause;

    private volatile long trippedAt;

    public AbortSignal(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * First stage. False when it had happened before; the cause then is the earlier one. A {@link AbortCause#YIELD} is replaced by
     * what comes later: actions run again then.
     */
    public boolean trip(AbortCause why) {
        synchronized (this) {
            if (cause != null && (cause != AbortCause.YIELD || why == AbortCause.YIELD)) {
                return false;
            }
            trippedAt = nanoTime.getAsLong();
            cause = why;
        }
        tripped.countDown();
        runAll(onTrip);
        return true;
    }

    /** Second stage: open calls are to end now. Does nothing before the first stage. */
    public void cut() {
        if (isTripped() && cut.compareAndSet(false, true)) {
            runAll(onCut);
        }
    }

    /** Second stage, once {@code grace} has passed since the first. */
    public void cutAfter(Duration grace) {
        if (isTripped() && nanoTime.getAsLong() - trippedAt >= grace.toNanos()) {
            cut();
        }
    }

    public Optional<AbortCause> cause() {
        return Optional.ofNullable(cause);
    }

    public boolean isTripped() {
        return cause != null;
    }

    public boolean isCut() {
        return cut.get();
    }

    /** Waits until the first stage, at most {@code patience}. True when it has come. */
    public boolean await(Duration patience) throws InterruptedException {
        return tripped.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs {@code action} at the first stage, or now if that was; must not block. May run twice when both coincide. */
    public Registration onTrip(Runnable action) {
        return register(onTrip, action, this::isTripped);
    }

    /** Runs {@code action} at the second stage, or now if that was; must not block. May run twice when both coincide. */
    public Registration onCut(Runnable action) {
        return register(onCut, action, this::isCut);
    }

    /** First the entry, then the question: a stage that comes in between runs the action, one that came before is seen here. */
    private static Registration register(Set<Action> actions, Runnable run, BooleanSupplier already) {
        Action action = new Action(run);
        actions.add(action);
        if (already.getAsBoolean()) {
            run.run();
        }
        return () -> actions.remove(action);
    }

    /** Runs every action, also when one of them throws: the others must hear of it. Throws what the first one threw. */
    private static void runAll(Set<Action> actions) {
        RuntimeException first = null;
        for (Action action : actions) {
            try {
                action.run.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** One registration; two of the same code are two. */
    private static final class Action {
        final Runnable run;

        Action(Runnable run) {
            this.run = run;
        }
    }

    /** Takes an action back. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
