package io.backfill.dispatch;

import io.backfill.ids.BatchId;
import io.backfill.models.Model;
import io.backfill.tenants.TenantId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/**
 * Link: lets as many calls of a model through as its cap allows, over all jobs of this node. The others wait here, and turns go
 * round: first between tenants, then between the batches of a tenant, then in the order of arrival. So a small batch gets
 * its share beside a large one. Waiting ends when the batch is aborted.
 */
public final class FairGate implements RequestDispatcher {
    private final RequestDispatcher next;
    private final ConcurrentMap<String, Turnstile> models = new ConcurrentHashMap<>();

    public FairGate(RequestDispatcher next) {
        this.next = next;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        Turnstile turnstile = models.computeIfAbsent(request.model().name(), name -> new Turnstile());
        if (!turnstile.enter(request)) {
            return new Outcome.Cancelled();
        }
        try {
            return next.dispatch(request);
        } finally {
            turnstile.leave();
        }
    }

    /** How many calls of a model are let through and not yet back. */
    public int open(Model model) {
        Turnstile turnstile = models.get(model.name());
        return turnstile == null ? 0 : turnstile.open();
    }

    /** One model's places and queues, guarded by its monitor, which is never held while waiting. */
    private static final class Turnstile {
        private final Map<TenantId, Map<BatchId, Deque<Waiter>>> queues = new LinkedHashMap<>();
        private int open;
        private int cap = 1;

        /** False when the batch was aborted before its turn. */
        boolean enter(ModelRequest request) throws InterruptedException {
            Waiter waiter;
            synchronized (this) {
                cap = request.model().maxInFlight();
                if (open < cap && queues.isEmpty()) {
                    open++;
                    return true;
                }
                waiter = new Waiter(request.tenant(), request.batch());
                queues.computeIfAbsent(waiter.tenant, tenant -> new LinkedHashMap<>())
                        .computeIfAbsent(waiter.batch, batch -> new ArrayDeque<>())
                        .add(waiter);
                admit();
            }
            try (AbortSignal.Registration ignored = request.abort().onTrip(waiter.turn::release)) {
                waiter.turn.acquire();
            } catch (InterruptedException | RuntimeException | Error e) {
                giveUp(waiter);
                throw e;
            }
            return isAdmitted(waiter);
        }

        private synchronized boolean isAdmitted(Waiter waiter) {
            if (!waiter.admitted) {
                remove(waiter);
            }
            return waiter.admitted;
        }

        private synchronized void giveUp(Waiter waiter) {
            if (waiter.admitted) {
                leave();
            } else {
                remove(waiter);
            }
        }

        synchronized void leave() {
            open--;
            admit();
        }

        synchronized int open() {
            return open;
        }

        private void admit() {
            while (open < cap && !queues.isEmpty()) {
                Map<BatchId, Deque<Waiter>> batches = firstToLast(queues);
                Deque<Waiter> queue = firstToLast(batches);
                Waiter waiter = queue.remove();
                dropIfEmpty(waiter);
                waiter.admitted = true;
                open++;
                waiter.turn.release();
            }
        }

        /** The value whose turn it is; the next turn is the next one's. */
        private static <K, V> V firstToLast(Map<K, V> map) {
            Map.Entry<K, V> first = map.entrySet().iterator().next();
            K key = first.getKey();
            V value = first.getValue();
            map.remove(key);
            map.put(key, value);
            return value;
        }

        private void remove(Waiter waiter) {
            Map<BatchId, Deque<Waiter>> batches = queues.get(waiter.tenant);
            if (batches != null) {
                Deque<Waiter> queue = batches.get(waiter.batch);
                if (queue != null && queue.remove(waiter)) {
                    dropIfEmpty(waiter);
                }
            }
        }

        private void dropIfEmpty(Waiter of) {
            Map<BatchId, Deque<Waiter>> batches = queues.get(of.tenant);
            if (batches != null) {
                Deque<Waiter> queue = batches.get(of.batch);
                if (queue != null && queue.isEmpty()) {
                    batches.remove(of.batch);
                }
                if (batches.isEmpty()) {
                    queues.remove(of.tenant);
                }
            }
        }
    }

    /** Somebody whose turn has not come. */
    private static final class Waiter {
        final TenantId tenant;
        final BatchId batch;
        final Semaphore turn = new Semaphore(0);
        /** Guarded by the turnstile. */
        boolean admitted;

        Waiter(TenantId tenant, BatchId batch) {
            this.tenant = tenant;
            this.batch = batch;
        }
    }
}
