package io.backfill.catalog.jpa;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** A file that a rerun reads besides its input. */
@Embeddable
record SourceSlot(
        @Column(name = "batch_id") String batchId,
        @Column(name = "file_id") String fileId) {}
