package io.backfill.webhooks;

import io.backfill.ids.DeliveryId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * SPI: the deliveries of events. The catalog adds them in the transaction that makes the event: the end of a batch
 * ({@link io.backfill.batches.BatchCatalog#replace}), a forecast with risk ({@code recordForecast}), a pause
 * ({@link io.backfill.batches.BatchSupervision#setAside}). From then on a delivery is attempted until it ends, whichever processes
 * die: a node claims it for the length of a lease, and another node claims it again when the lease has ended without a result. Every
 * method is one short blocking transaction.
 */
public interface WebhookOutbox {
    /**
     * Claims deliveries that are due, the longest due endpoint first.
     *
     * @param lease time for one attempt, after which the delivery is due again
     * @param allowances how many deliveries of an endpoint may be claimed now, for endpoints that may not have {@code each}
     * @param each how many deliveries of any other endpoint may be claimed now
     * @param limit how many are claimed together
     */
    List<Delivery> claim(Duration lease, Map<String, Integer> allowances, int each, int limit);

    /**
     * Records the result of an attempt and releases the claim.
     *
     * @param claimed as returned by {@link #claim}
     * @param retryIn time to the next attempt; empty to end the delivery
     * @return false, with nothing changed, if the delivery was claimed again or redelivered since, or is gone
     */
    boolean settle(Delivery claimed, Delivery.Attempt attempt, Optional<Duration> retryIn);

    /** Returns one page of the deliveries to an endpoint, newest first, after the cursor (exclusive). */
    List<Delivery> list(String endpoint, Optional<DeliveryId> after, int limit);

    /** Makes a delivery due now and for {@link Delivery#RETRIED} more. Returns it, or empty if the endpoint has no such delivery. */
    Optional<Delivery> redeliver(String endpoint, DeliveryId id);

    /** Removes deliveries that have ended and were created before {@code before}, at most {@code limit}. Returns their number. */
    int forget(Instant before, int limit);
}
