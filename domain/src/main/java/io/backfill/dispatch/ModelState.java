package io.backfill.dispatch;

import java.util.function.Predicate;

/**
 * State that a link keeps per model, by name. Clients choose the names that a catch-all entry serves, so the state of models that
 * are no longer called must be removed.
 */
public interface ModelState {
    /**
     * Removes the state of models that have not been called for a while. Called every few seconds.
     *
     * @param kept accepts the models that the operator listed; they are few, and what was learned about them is worth keeping
     */
    void forgetIdle(Predicate<String> kept);
}
