package io.backfill.catalog.jpa;

import io.backfill.batches.BatchPause;
import io.backfill.batches.Supervision;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import org.jspecify.annotations.Nullable;

/** Deaths of nodes and orders of operators. Written by {@link JpaBatchLeases} and {@link JpaBatchSupervision} only. */
@Embeddable
class SupervisionColumns {
    @Column(name = "starts_without_end")
    private int startsWithoutEnd;

    @Column(name = "paused_at")
    private @Nullable Long pausedAt;

    @Enumerated(EnumType.STRING)
    @Column(name = "paused_reason")
    private BatchPause.@Nullable Reason pausedReason;

    @Column(name = "settle_asked")
    private boolean settleAsked;

    protected SupervisionColumns() {}

    static SupervisionColumns of(Supervision supervision) {
        SupervisionColumns columns = new SupervisionColumns();
        columns.startsWithoutEnd = supervision.startsWithoutEnd();
        columns.pausedAt = InstantColumn.write(supervision.pause().map(BatchPause::at));
        columns.pausedReason = supervision.pause().map(BatchPause::reason).orElse(null);
        columns.settleAsked = supervision.settle();
        return columns;
    }

    Supervision toSupervision() {
        BatchPause.Reason reason = pausedReason;
        return new Supervision(
                startsWithoutEnd,
                InstantColumn.readOptional(pausedAt)
                        .map(at -> new BatchPause(at, reason == null ? BatchPause.Reason.CRASHED : reason)),
                settleAsked);
    }
}
