package io.backfill.webhooks;

/** SPI: makes one attempt. Thread-safe. */
public interface WebhookSender {
    /**
     * Sends one signed POST and waits for the answer, at most ten seconds. Blocks the calling thread, which should be virtual. Does
     * not throw: each failure is a result.
     *
     * @param id value of {@code webhook-id}
     */
    Delivery.Attempt send(String url, String id, byte[] body, EndpointSecrets secrets);
}
