package io.backfill.catalog.jpa;

import io.backfill.batches.Lease;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** The lease of a batch. Written only by {@link JpaBatchLeases} and in SQL, because it is subject to the database's clock. */
@Embeddable
class LeaseColumns {
    @Column(name = "lease_owner")
    private String owner = "";

    @Column(name = "epoch")
    private long epoch;

    @Column(name = "lease_until")
    private long until;

    protected LeaseColumns() {}

    static LeaseColumns of(Lease lease) {
        LeaseColumns columns = new LeaseColumns();
        columns.owner = lease.owner();
        columns.epoch = lease.epoch();
        columns.until = lease.until().toEpochMilli();
        return columns;
    }

    Lease toLease() {
        return new Lease(owner, epoch, InstantColumn.read(until));
    }
}
