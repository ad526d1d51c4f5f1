package io.backfill.webhooks;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.ids.DeliveryId;
import io.backfill.tenants.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Something that happened to a batch. Its id follows from what happened, so that a transaction that runs twice emits one event.
 *
 * @param id {@code evt_} and 32 hex digits
 * @param at when it happened, to the second
 */
public record WebhookEvent(String id, EventType type, TenantId tenant, BatchId batch, Instant at) {
    private static final String PREFIX = "evt_";
    private static final int DIGITS = 32;

    public WebhookEvent {
        at = Instant.ofEpochSecond(at.getEpochSecond());
    }

    /** Returns the event of the end of a batch; empty if it has not ended. */
    public static Optional<WebhookEvent> ofEnd(Batch batch) {
        return EventType.entering(batch.status())
                .map(type -> new WebhookEvent(
                        id(batch.id() + type.wireName()),
                        type,
                        batch.tenant(),
                        batch.id(),
                        batch.ended().orElseThrow()));
    }

    /** Returns the event of a batch that is at risk; the same one each time, because a forecast may change often. */
    public static WebhookEvent atRisk(TenantId tenant, BatchId batch, Instant at) {
        return new WebhookEvent(id(batch + EventType.AT_RISK.wireName()), EventType.AT_RISK, tenant, batch, at);
    }

    /** Returns the event of a pause that began at {@code at}. */
    public static WebhookEvent paused(TenantId tenant, BatchId batch, Instant at) {
        return new WebhookEvent(
                id(batch + EventType.PAUSED.wireName() + at.getEpochSecond()), EventType.PAUSED, tenant, batch, at);
    }

    /** Returns an event for a test of an endpoint. Its batch does not exist. */
    public static WebhookEvent sample(EventType type, TenantId tenant, BatchId batch, Instant at) {
        return new WebhookEvent(id("sample" + batch), type, tenant, batch, at);
    }

    /** Returns the id of the delivery of this event to an endpoint, created at {@code created}. */
    public DeliveryId delivery(String endpoint, Instant created) {
        return DeliveryId.of(created, digest(id + endpoint));
    }

    /** Returns the body, which has the same bytes in every attempt. No member needs escaping. */
    public byte[] body() {
        return ("{\"id\":\"" + id + "\",\"object\":\"event\",\"created_at\":" + at.getEpochSecond() + ",\"type\":\""
                        + type.wireName() + "\",\"data\":{\"id\":\"" + batch + "\"}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String id(String what) {
        return PREFIX + digest(what);
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
