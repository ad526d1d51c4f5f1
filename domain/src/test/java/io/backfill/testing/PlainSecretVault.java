package io.backfill.testing;

import io.backfill.batches.SealedHeaders;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.SecretVault;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers secrets instead of sealing them. */
public final class PlainSecretVault implements SecretVault {
    private final Map<String, EndpointSecrets> sealed = new ConcurrentHashMap<>();

    @Override
    public SealedHeaders seal(WebhookEndpointId endpoint, EndpointSecrets secrets) {
        String ticket = endpoint + "/" + sealed.size();
        sealed.put(ticket, secrets);
        return new SealedHeaders(PlainHeaderVault.KEY_ID, ticket.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public EndpointSecrets open(WebhookEndpointId endpoint, SealedHeaders ticket) {
        EndpointSecrets secrets = sealed.get(new String(ticket.bytes(), StandardCharsets.UTF_8));
        if (secrets == null) {
            throw new IllegalStateException("the secrets of " + endpoint + " were never sealed");
        }
        return secrets;
    }
}
