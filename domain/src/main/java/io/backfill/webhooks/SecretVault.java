package io.backfill.webhooks;

import io.backfill.batches.SealedHeaders;
import io.backfill.ids.WebhookEndpointId;

/** SPI: seals the secrets of endpoints, so that they are stored encrypted, and opens them again. */
public interface SecretVault {
    /**
     * Seals secrets for one endpoint; they cannot be opened for another one.
     *
     * @throws io.backfill.errors.BackfillException {@code INVALID_REQUEST} if the gateway has no key to seal with
     */
    SealedHeaders seal(WebhookEndpointId endpoint, EndpointSecrets secrets);

    /**
     * Opens the secrets of an endpoint.
     *
     * @throws RuntimeException if the key that sealed them is not available
     */
    EndpointSecrets open(WebhookEndpointId endpoint, SealedHeaders sealed);
}
