package io.backfill.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final List<Runnable> onTrip = new CopyOnWriteArrayList<>();
    private final List<Runnable> onCut = new CopyOnWriteArrayList<>();
    /** Written once, under the monitor, after {@code trippedAt}. */
    private volatile @Nullable AbortCause cause;

    private volatile long trippedAt;

    public AbortSignal(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** First stage. False when it had happened before; the cause then is the earlier one. */
    public boolean trip(AbortCause why) {
        synchronized (this) {
            if (cause != null) {
                return false;
            }
            trippedAt = nanoTime.getAsLong();
            cause = why;
        }
        tripped.countDown();
        onTrip.forEach(Runnable::run);
        return true;
    }

    /** Second stage: open calls are to end now. Does nothing before the first stage. */
    public void cut() {
        if (isTripped() && cut.compareAndSet(false, true)) {
            onCut.forEach(Runnable::run);
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

    /** Runs {@code action} at the first stage, or now if that was; must not block. */
    public Registration onTrip(Runnable action) {
        return register(onTrip, action, isTripped());
    }

    /** Runs {@code action} at the second stage, or now if that was; must not block. May run twice when both coincide. */
    public Registration onCut(Runnable action) {
        return register(onCut, action, cut.get());
    }

    private Registration register(List<Runnable> actions, Runnable action, boolean already) {
        actions.add(action);
        if (already || (actions == onTrip ? isTripped() : isCut())) {
            action.run();
        }
        return () -> actions.remove(action);
    }

    /** Takes an action back. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
