package io.backfill.catalog.jpa;

import io.backfill.batches.Priority;
import io.backfill.batches.Steering;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Orders of the batch's owner. Updated by {@link JpaBatchSteering} only. */
@Embeddable
class SteeringColumns {
    @Enumerated(EnumType.STRING)
    @Column(name = "priority")
    private Priority priority = Priority.NORMAL;

    @Column(name = "max_in_flight")
    private @Nullable Integer maxInFlight;

    @Column(name = "token_budget")
    private @Nullable Long tokenBudget;

    protected SteeringColumns() {}

    static SteeringColumns of(Steering steering) {
        SteeringColumns columns = new SteeringColumns();
        columns.priority = steering.priority();
        columns.maxInFlight = steering.maxInFlight().isPresent()
                ? (Integer) steering.maxInFlight().getAsInt()
                : null;
        columns.tokenBudget = steering.tokenBudget().isPresent()
                ? (Long) steering.tokenBudget().getAsLong()
                : null;
        return columns;
    }

    Steering toSteering() {
        return steering(priority.name(), maxInFlight, tokenBudget);
    }

    /** Returns the steering from the values of the three columns. */
    static Steering steering(Object priority, @Nullable Object maxInFlight, @Nullable Object tokenBudget) {
        return new Steering(
                Priority.valueOf((String) priority),
                maxInFlight == null ? OptionalInt.empty() : OptionalInt.of(((Number) maxInFlight).intValue()),
                tokenBudget == null ? OptionalLong.empty() : OptionalLong.of(((Number) tokenBudget).longValue()));
    }
}
