package io.backfill.dispatch.metrics;

import java.util.concurrent.Flow;

/** Hands the lines of an answer on as they come, so that no answer is held whole. */
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
        // the call ends with it
    }

    @Override
    public void onComplete() {}
}
