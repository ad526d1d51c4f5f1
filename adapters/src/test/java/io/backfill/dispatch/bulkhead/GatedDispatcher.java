package io.backfill.dispatch.bulkhead;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import io.backfill.dispatch.RequestDispatcher;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A model whose calls end when the test releases them. Counts the open calls. */
final class GatedDispatcher implements RequestDispatcher {
    private final Semaphore gate = new Semaphore(0);
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        most.accumulateAndGet(open.incrementAndGet(), Math::max);
        calls.incrementAndGet();
        try {
            gate.acquire();
            return new Outcome.TimedOut();
        } finally {
            open.decrementAndGet();
        }
    }

    void letGo(int count) {
        gate.release(count);
    }

    int open() {
        return open.get();
    }

    int most() {
        return most.get();
    }

    int calls() {
        return calls.get();
    }

    void awaitOpen(int count) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> open.get() == count);
    }
}
