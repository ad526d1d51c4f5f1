package io.backfill.dispatch;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits the calls that one batch has open, over all its models. The limit may change at any time: a lower one takes effect as open
 * calls end. Thread-safe.
 */
public final class BatchCallLimit {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int open;
    private int most = Integer.MAX_VALUE;

    /** Sets the limit, at least 1. */
    public void set(int newMost) {
        lock.lock();
        try {
            most = newMost;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the batch may have one more call open. Returns false if the batch is aborted first. */
    boolean enter(AbortSignal abort) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (open < most) {
                open++;
                return true;
            }
            try (AbortSignal.Registration _ = abort.onTrip(this::wake)) {
                while (open >= most && !abort.isTripped()) {
                    changed.await();
                }
            }
            if (abort.isTripped()) {
                return false;
            }
            open++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            open--;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
