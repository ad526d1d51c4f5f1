package io.backfill.dispatch;

import java.util.function.Predicate;

/**
 * What a link remembers of models, by name. Clients choose the names that a catch-all entry serves, so what is remembered of a model
 * that nothing calls must go away.
 */
public interface ModelState {
    /**
     * One pass, every few seconds: forgets models that have not been called for a while.
     *
     * @param kept models that the operator listed; there are few, and what was learnt of them is worth keeping
     */
    void forgetIdle(Predicate<String> kept);
}
