package io.backfill.fair;

import io.backfill.dispatch.ModelRequest;
import io.backfill.dispatch.Outcome;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives a call a place only while its tenant's budgets for the model allow it, and settles the budgets when the place is released.
 */
public final class BudgetedPlaces implements Places {
    private final Places next;
    private final Budgets budgets;

    public BudgetedPlaces(Places next, Budgets budgets) {
        this.next = next;
        this.budgets = budgets;
    }

    @Override
    public Optional<Place> tryTake(ModelRequest request) {
        if (!budgets.mayGo(request)) {
            return Optional.empty();
        }
        Optional<Place> place = next.tryTake(request);
        if (place.isPresent()) {
            budgets.pay(request);
        }
        return place.map(taken -> new Paid(taken, request));
    }

    @Override
    public boolean wantsPrefix(ModelRequest request) {
        return next.wantsPrefix(request);
    }

    private final class Paid implements Place {
        private final Place taken;
        private final ModelRequest paid;
        private final AtomicBoolean released = new AtomicBoolean();

        Paid(Place taken, ModelRequest paid) {
            this.taken = taken;
            this.paid = paid;
        }

        @Override
        public ModelRequest request() {
            return taken.request();
        }

        @Override
        public void release(Outcome outcome) {
            try {
                taken.release(outcome);
            } finally {
                if (released.compareAndSet(false, true)) {
                    budgets.settle(paid, outcome);
                }
            }
        }
    }
}
