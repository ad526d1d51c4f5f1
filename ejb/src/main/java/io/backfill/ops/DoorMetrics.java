package io.backfill.ops;

import io.backfill.door.FrontDoor;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** What {@code /metrics} shows of the front door. */
public final class DoorMetrics {
    private DoorMetrics() {}

    public static void show(MetricRegistry registry, FrontDoor door) {
        gauge(registry, "backfill_http_requests", "Requests that this node works on", door::requests);
        gauge(registry, "backfill_http_transfers", "Uploads and downloads under way", door::transfers);
        gauge(
                registry,
                "backfill_http_transfers_refused",
                "Uploads and downloads refused with 429 since the start",
                door::refusedTransfers);
        gauge(
                registry,
                "backfill_http_requests_refused",
                "Other requests refused with 429 since the start, because their tenant had too many under way",
                door::refusedRequests);
        gauge(
                registry,
                "backfill_http_slow_clients",
                "Clients given up since the start because they were too slow",
                door::slowClients);
    }

    private static void gauge(MetricRegistry registry, String name, String description, LongSupplier figure) {
        registry.gauge(Metrics.described(name, description), figure::getAsLong);
    }
}
