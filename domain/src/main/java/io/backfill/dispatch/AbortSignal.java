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
 * Signals all threads that work on a batch to stop, in two stages: {@link #trip} forbids new calls at once and lets open calls
 * finish; {@link #cut} ends the open calls. The first cause wins, and each stage happens once, except that a stronger cause replaces
 * {@link AbortCause#YIELD} and {@link AbortCause#PAUSE}. No thread is interrupted, because an interrupt would close file channels that other threads use.
 * Thread-safe.
 */
public final class AbortSignal {
    private final LongSupplier nanoTime;
    private final CountDownLatch tripped = new CountDownLatch(1);
    private final AtomicBoolean cut = new AtomicBoolean();
    private final Set<Action> onTrip = ConcurrentHashMap.newKeySet();
    private final Set<Action> onCut = ConcurrentHashMap.newKeySet();
    /** Written under the monitor, after {@code trippedAt}. Written again only to replace a yield or a pause. */
    private volatile @Nullable AbortCause cause;

    private volatile long trippedAt;

    public AbortSignal(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Starts the first stage. A stronger cause replaces a yield or a pause, and the actions run again.
     *
     * @return false if the first stage had already started; the earlier cause stays
     */
    public boolean trip(AbortCause why) {
        synchronized (this) {
            if (cause != null && !why.replaces(cause)) {
                return false;
            }
            trippedAt = nanoTime.getAsLong();
            cause = why;
        }
        tripped.countDown();
        runAll(onTrip);
        return true;
    }

    /** Starts the second stage, in which open calls end. Does nothing before the first stage. */
    public void cut() {
        if (isTripped() && cut.compareAndSet(false, true)) {
            runAll(onCut);
        }
    }

    /** Starts the second stage once {@code grace} has passed since the first. */
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

    /** Waits for the first stage, at most {@code patience}. Returns whether it has started. */
    public boolean await(Duration patience) throws InterruptedException {
        return tripped.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Runs {@code action} at the first stage, or at once if that stage has started. The action must not block. It may run twice if
     * the registration and the stage coincide.
     */
    public Registration onTrip(Runnable action) {
        return register(onTrip, action, this::isTripped);
    }

    /**
     * Runs {@code action} at the second stage, or at once if that stage has started. The action must not block. It may run twice if
     * the registration and the stage coincide.
     */
    public Registration onCut(Runnable action) {
        return register(onCut, action, this::isCut);
    }

    /**
     * Adds the action before it checks the stage: a stage that starts in between runs the action, and an earlier one is seen here.
     */
    private static Registration register(Set<Action> actions, Runnable run, BooleanSupplier already) {
        Action action = new Action(run);
        actions.add(action);
        if (already.getAsBoolean()) {
            run.run();
        }
        return () -> actions.remove(action);
    }

    /** Runs every action even if one of them throws. Throws the first exception; later ones are suppressed. */
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

    /** One registration, compared by identity: the same code may be registered twice. */
    private static final class Action {
        final Runnable run;

        Action(Runnable run) {
            this.run = run;
        }
    }

    /** Removes its action when closed. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
