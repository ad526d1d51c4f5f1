package io.backfill.service;

import io.backfill.batches.IdempotencyKey;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.BatchId;
import io.backfill.ids.DeliveryId;
import io.backfill.ids.IdGenerator;
import io.backfill.ids.WebhookEndpointId;
import io.backfill.tenants.TenantId;
import io.backfill.webhooks.Delivery;
import io.backfill.webhooks.EndpointSecrets;
import io.backfill.webhooks.EventType;
import io.backfill.webhooks.SecretVault;
import io.backfill.webhooks.SigningSecret;
import io.backfill.webhooks.WebhookEndpoint;
import io.backfill.webhooks.WebhookEndpoints;
import io.backfill.webhooks.WebhookEvent;
import io.backfill.webhooks.WebhookOutbox;
import io.backfill.webhooks.WebhookSender;
import io.backfill.webhooks.http.AddressRules;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** Manages a tenant's webhook endpoints and shows their deliveries. Thread-safe. */
public final class WebhookService {
    /** Tests wait for their receiver on the thread of the request. */
    private static final int MOST_TESTS = 4;

    private static final int MAX_RACES = 100;

    /** The catalog, the secrets, and what sends. */
    public record Ports(
            WebhookEndpoints endpoints,
            WebhookOutbox outbox,
            SecretVault vault,
            WebhookSender sender,
            AddressRules rules) {}

    /** An endpoint and its current secret. */
    public record WithSecret(WebhookEndpoint endpoint, SigningSecret secret) {}

    private final Ports ports;
    private final IdGenerator ids;
    private final RandomGenerator random;
    private final InstantSource time;
    private final int most;
    private final Semaphore tests = new Semaphore(MOST_TESTS);

    /**
     * @param random generates secrets; must be cryptographically strong
     * @param most number of endpoints that a tenant may have
     */
    public WebhookService(Ports ports, IdGenerator ids, RandomGenerator random, InstantSource time, int most) {
        this.ports = ports;
        this.ids = ids;
        this.random = random;
        this.time = time;
        this.most = most;
    }

    /**
     * Creates an endpoint with a fresh secret.
     *
     * @param key a repeated create with the same key returns the endpoint of the first one, in its current state
     * @throws BackfillException {@code INVALID_VALUE} for a URL that can never be called; {@code INVALID_REQUEST} when the tenant has
     *     too many endpoints or the gateway cannot seal secrets; {@code CONFLICT} when the key was used for another request
     */
    public WithSecret create(
            TenantId tenant, String name, String url, List<EventType> types, Optional<IdempotencyKey> key) {
        check(url);
        WebhookEndpointId id = ids.webhookEndpointId();
        EndpointSecrets secrets = EndpointSecrets.of(SigningSecret.fresh(random));
        WebhookEndpoint created = ports.endpoints()
                .create(
                        new WebhookEndpoint(
                                id,
                                tenant,
                                id.createdAt(),
                                id.createdAt(),
                                name,
                                url,
                                types,
                                secrets.current().hint(),
                                ports.vault().seal(id, secrets),
                                0),
                        key,
                        most);
        return new WithSecret(
                created, ports.vault().open(created.id(), created.secrets()).current());
    }

    private void check(String url) {
        try {
            ports.rules().check(url);
        } catch (IllegalArgumentException e) {
            throw new BackfillException(ErrorCode.INVALID_VALUE, "Invalid 'url': " + e.getMessage() + ".", "url");
        }
    }

    public WebhookEndpoint get(TenantId tenant, WebhookEndpointId id) {
        return ports.endpoints().find(tenant, id).orElseThrow(() -> noSuchEndpoint(id.value()));
    }

    /** Newest first. */
    public Page<WebhookEndpoint> list(TenantId tenant, Optional<WebhookEndpointId> after, int limit) {
        return Page.of(ports.endpoints().list(tenant, after, limit + 1), limit);
    }

    /** Changes what is given. A change to the same values does not change the time of the last update. */
    public WebhookEndpoint update(
            TenantId tenant,
            WebhookEndpointId id,
            Optional<String> name,
            Optional<String> url,
            Optional<List<EventType>> types) {
        url.ifPresent(this::check);
        return change(
                tenant,
                id,
                before -> before.with(
                        name.orElse(before.name()),
                        url.orElse(before.url()),
                        types.orElse(before.types()),
                        time.instant()));
    }

    /**
     * Replaces the secret.
     *
     * @param keepOld whether the old secret also signs for another 24 hours
     */
    public WithSecret rotate(TenantId tenant, WebhookEndpointId id, boolean keepOld) {
        SigningSecret fresh = SigningSecret.fresh(random);
        WebhookEndpoint rotated = change(tenant, id, before -> {
            Instant now = time.instant();
            EndpointSecrets next = keepOld
                    ? ports.vault().open(id, before.secrets()).rotated(fresh, true, now)
                    : EndpointSecrets.of(fresh);
            return before.with(fresh.hint(), ports.vault().seal(id, next), now);
        });
        return new WithSecret(rotated, fresh);
    }

    private WebhookEndpoint change(TenantId tenant, WebhookEndpointId id, UnaryOperator<WebhookEndpoint> change) {
        for (int race = 0; race < MAX_RACES; race++) {
            WebhookEndpoint before = get(tenant, id);
            WebhookEndpoint after = change.apply(before);
            if (after.version() == before.version() || ports.endpoints().replace(before, after)) {
                return after;
            }
        }
        throw new BackfillException(
                ErrorCode.UNAVAILABLE, "Webhook endpoint " + id + " is changing too fast, please try again.");
    }

    /** Deletes the endpoint. What was not delivered to it yet is dropped. */
    public void delete(TenantId tenant, WebhookEndpointId id) {
        // of two concurrent deletes, one finds the endpoint gone
        if (!ports.endpoints().delete(get(tenant, id).id())) {
            throw noSuchEndpoint(id.value());
        }
    }

    /**
     * Sends a sample event and waits for the answer, at most ten seconds. It is not retried and not listed.
     *
     * @return the status of the answer, 2xx
     * @throws BackfillException {@code INVALID_REQUEST} when the delivery failed, with the reason; {@code RATE_LIMIT_EXCEEDED} when
     *     several tests are in progress
     */
    public int test(TenantId tenant, WebhookEndpointId id, EventType type) {
        WebhookEndpoint endpoint = get(tenant, id);
        if (!tests.tryAcquire()) {
            throw new BackfillException(
                    ErrorCode.RATE_LIMIT_EXCEEDED,
                    "Too many webhook tests are in progress. Please try again in a few seconds.");
        }
        try {
            Instant now = time.instant();
            BatchId batch = ids.batchId();
            WebhookEvent event = WebhookEvent.sample(type, tenant, batch, now);
            Delivery.Attempt attempt = ports.sender()
                    .send(
                            endpoint.url(),
                            event.delivery(id.value(), now).value(),
                            event.body(),
                            ports.vault().open(id, endpoint.secrets()));
            if (!attempt.succeeded()) {
                throw new BackfillException(
                        ErrorCode.INVALID_REQUEST, "The test was not delivered: " + attempt.error() + ".");
            }
            return attempt.status();
        } finally {
            tests.release();
        }
    }

    /** Newest first. */
    public Page<Delivery> deliveries(TenantId tenant, WebhookEndpointId id, Optional<DeliveryId> after, int limit) {
        String endpoint = get(tenant, id).id().value();
        return Page.of(ports.outbox().list(endpoint, after, limit + 1), limit);
    }

    /** Makes the delivery due now, whatever its state. It keeps its id. */
    public Delivery redeliver(TenantId tenant, WebhookEndpointId id, DeliveryId delivery) {
        return ports.outbox()
                .redeliver(get(tenant, id).id().value(), delivery)
                .orElseThrow(() -> noSuchDelivery(delivery.value()));
    }

    /** The same error for an endpoint that does not exist, that belongs to another tenant, and for a malformed id. */
    public static BackfillException noSuchEndpoint(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No webhook endpoint found with id '" + id + "'.");
    }

    public static BackfillException noSuchDelivery(String id) {
        return new BackfillException(ErrorCode.NOT_FOUND, "No delivery found with id '" + id + "'.");
    }
}
