package io.backfill.catalog.jpa;

import io.backfill.batches.Batch;
import io.backfill.ids.BatchId;
import io.backfill.tenants.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row of a batch. Inserted and read as an entity; updated only by statements that compare and set. */
@Entity
@Table(name = "batches")
class BatchEntity {
    @Id
    private String id = "";

    @Column(updatable = false)
    private String tenant = "";

    @Embedded
    private BatchSpecColumns spec = new BatchSpecColumns();

    @Column(name = "created_at", updatable = false)
    private long createdAt;

    @Column(updatable = false)
    private long deadline;

    /** What makes the batch a rerun, as JSON. */
    @Column(updatable = false)
    private @Nullable String rerun;

    /** Number of status changes. Not JPA's {@code @Version}; the statements that change the row increment it. */
    private long version;

    @Embedded
    private BatchStateColumns state = new BatchStateColumns();

    @Embedded
    private CounterColumns counters = new CounterColumns();

    @Embedded
    private ForecastColumns forecast = new ForecastColumns();

    @Embedded
    private SupervisionColumns supervision = new SupervisionColumns();

    @Embedded
    private SteeringColumns steering = new SteeringColumns();

    @Embedded
    private LeaseColumns lease = new LeaseColumns();

    protected BatchEntity() {}

    static BatchEntity of(Batch batch) {
        BatchEntity entity = new BatchEntity();
        entity.id = batch.id().value();
        entity.tenant = batch.tenant().value();
        entity.spec = BatchSpecColumns.of(batch.spec());
        entity.createdAt = batch.identity().createdAt().toEpochMilli();
        entity.deadline = batch.deadline().toEpochMilli();
        entity.rerun = batch.identity().rerun().map(JsonColumns::ofRerun).orElse(null);
        entity.version = batch.version();
        entity.state = BatchStateColumns.of(batch.state());
        entity.counters = CounterColumns.of(batch.counts(), batch.usage());
        entity.forecast = ForecastColumns.of(batch.forecast());
        entity.supervision = SupervisionColumns.of(batch.supervision());
        entity.steering = SteeringColumns.of(batch.steering());
        entity.lease = LeaseColumns.of(batch.lease());
        return entity;
    }

    Batch toBatch() {
        return new Batch(
                new Batch.Identity(
                        new BatchId(id),
                        new TenantId(tenant),
                        spec.toSpec(),
                        InstantColumn.read(createdAt),
                        InstantColumn.read(deadline),
                        Optional.ofNullable(rerun).map(JsonColumns::rerun)),
                state.toState(version),
                counters.toCounts(),
                counters.toUsage(),
                lease.toLease(),
                forecast.toForecast(),
                supervision.toSupervision(),
                steering.toSteering());
    }
}
