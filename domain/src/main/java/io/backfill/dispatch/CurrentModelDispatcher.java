package io.backfill.dispatch;

import io.backfill.models.Model;
import io.backfill.models.ModelDirectory;

/**
 * Link below the retries: every attempt goes to the model as it is configured now, so that an edit of the directory reaches lines that
 * wait for another attempt.
 */
public final class CurrentModelDispatcher implements RequestDispatcher {
    private final RequestDispatcher next;
    private final ModelDirectory models;

    public CurrentModelDispatcher(RequestDispatcher next, ModelDirectory models) {
        this.next = next;
        this.models = models;
    }

    @Override
    public Outcome dispatch(ModelRequest request) throws InterruptedException {
        Model known = request.model();
        Model current = models.find(known.name()).orElse(known);
        return next.dispatch(current.equals(known) ? request : request.withModel(current));
    }
}
