package io.backfill.ops;

import io.backfill.door.FrontDoor;
import io.backfill.feed.Followers;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** The {@code /metrics} series of the front door. */
public final class DoorMetrics {
    private DoorMetrics() {}

    public static void show(MetricRegistry registry, FrontDoor door) {
        gauge(registry, "backfill_http_requests", "Requests in progress on this node", door::requests);
        gauge(registry, "backfill_http_transfers", "Uploads and downloads in progress", door::transfers);
        gauge(
                registry,
                "backfill_http_transfers_refused",
                "Uploads and downloads refused with 429 since the start",
                door::refusedTransfers);
        gauge(
                registry,
                "backfill_http_requests_refused",
                "Other requests refused with 429 since the start, because their tenant had too many in progress",
                door::refusedRequests);
        gauge(
                registry,
                "backfill_http_slow_clients",
                "Clients disconnected since the start for being too slow",
                door::slowClients);
    }

    public static void showFollowers(MetricRegistry registry, Followers followers) {
        gauge(registry, "backfill_http_followers", "Clients that follow the results of a batch", followers::count);
        gauge(
                registry,
                "backfill_http_followed_batches",
                "Batches that clients of this node follow",
                followers::batches);
    }

    private static void gauge(MetricRegistry registry, String name, String description, LongSupplier figure) {
        registry.gauge(Metrics.described(name, description), figure::getAsLong);
    }
}
