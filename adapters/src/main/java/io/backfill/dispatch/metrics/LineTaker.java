package io.backfill.dispatch.metrics;

import java.util.concurrent.Flow;

/** Passes on the lines of an answer as they arrive, so that the answer is never held in memory as a whole. */
final class LineTaker implements Flow.Subscriber<String> {
    private final EngineMetricsText text;

    LineTaker(EngineMetricsText text) {
        this.text = text;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        text.take(line);
    }

    @Override
    public void onError(Throwable failure) {
        // the call fails with the same exception
    }

    @Override
    public void onComplete() {}
}
