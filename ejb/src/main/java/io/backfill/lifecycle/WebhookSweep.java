package io.backfill.lifecycle;

import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookOutbox;
import java.time.Duration;
import java.time.Instant;

/** Removes deliveries of webhooks that ended, 30 days after their event, and expired idempotency keys of endpoints. */
public final class WebhookSweep implements Sweep {
    private static final int AT_ONCE = 500;

    private final WebhookOutbox outbox;
    private final WebhookEndpoints endpoints;

    public WebhookSweep(WebhookOutbox outbox, WebhookEndpoints endpoints) {
        this.outbox = outbox;
        this.endpoints = endpoints;
    }

    @Override
    public String kind() {
        return "webhook-deliveries";
    }

    @Override
    public Duration pause() {
        return Duration.ofMinutes(10);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return () -> {
            int deliveries = dryRun ? 0 : outbox.forget(now.minus(Delivery.KEPT), AT_ONCE);
            int keys = dryRun ? 0 : endpoints.forgetKeys(now, AT_ONCE);
            return new Found(deliveries + keys, deliveries < AT_ONCE && keys < AT_ONCE);
        };
    }
}
