package io.backfill.webhooks;

import io.backfill.batches.BatchStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The types of events that this server emits. */
public enum EventType {
    COMPLETED("batch.completed"),
    FAILED("batch.failed"),
    EXPIRED("batch.expired"),
    CANCELLED("batch.cancelled"),
    /** The window of the batch will be missed at the current rate. Emitted at most once per batch and endpoint. */
    AT_RISK("backfill.batch.at_risk"),
    /** No node works on the batch until it is resumed. Emitted once per pause. */
    PAUSED("backfill.batch.paused");

    private final String wireName;

    EventType(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    public static List<String> wireNames() {
        return Arrays.stream(values()).map(EventType::wireName).toList();
    }

    public static Optional<EventType> named(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName.equals(wireName))
                .findFirst();
    }

    /** Returns the event of a batch that enters {@code status}; empty if the status is not terminal. */
    public static Optional<EventType> entering(BatchStatus status) {
        return switch (status) {
            case COMPLETED -> Optional.of(COMPLETED);
            case FAILED -> Optional.of(FAILED);
            case EXPIRED -> Optional.of(EXPIRED);
            case CANCELLED -> Optional.of(CANCELLED);
            case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> Optional.empty();
        };
    }
}
