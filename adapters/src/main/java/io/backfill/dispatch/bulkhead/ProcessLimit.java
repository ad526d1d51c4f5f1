package io.backfill.dispatch.bulkhead;

import io.backfill.dispatch.AbortSignal;
import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Link: never more open calls than this process can carry, over all models. Who comes first is served first; waiting ends when
 * the batch is aborted.
 */
public final class ProcessLimit implements RequestDispatcher {
    private final RequestDispatcher next;
    private final int limit;
    /** Guards {@code open} and {@code waiting}. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private int open;
    private int waiting;

    /** @param limit open calls at most, at least 1 */
    public ProcessLimit(RequestDispatcher next, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("the process must be allowed at least one call, not " + limit);
        }
        this.next = next;
        this.limit = limit;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        if (!enter(request.abort())) {
            return new Outcome.Cancelled();
        }
        try {
            return next.dispatch(request);
        } finally {
            leave();
        }
    }

    private boolean enter(AbortSignal abort) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (open < limit && waiting == 0) {
                open++;
                return true;
            }
            return waitForRoom(abort);
        } finally {
            lock.unlock();
        }
    }

    private boolean waitForRoom(AbortSignal abort) throws InterruptedException {
        waiting++;
        try (AbortSignal.Registration ignored = abort.onTrip(this::wakeAll)) {
            while (open >= limit) {
                if (abort.isTripped()) {
                    return false;
                }
                changed.await();
            }
            open++;
            return true;
        } finally {
            waiting--;
            passOn();
        }
    }

    private void leave() {
        lock.lock();
        try {
            open--;
            passOn();
        } finally {
            lock.unlock();
        }
    }

    /** Room that nobody took goes to the next who waits. */
    private void passOn() {
        if (open < limit && waiting > 0) {
            changed.signal();
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
