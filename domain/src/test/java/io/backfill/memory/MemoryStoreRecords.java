package io.backfill.memory;

import static java.util.stream.Collectors.toSet;

import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.StoreRecords;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the records from the in-memory catalogs one after the other. Reservations are read first, because a record replaces its
 * reservation.
 */
public final class MemoryStoreRecords implements StoreRecords {
    private final MemoryBatchCatalog batches;
    private final MemoryUploadCatalog uploads;

    public MemoryStoreRecords(MemoryBatchCatalog batches, MemoryUploadCatalog uploads) {
        this.batches = batches;
        this.uploads = uploads;
    }

    @Override
    public Known<FileId> files(Collection<FileId> found) {
        Set<FileId> wanted = found.stream()
                .filter(id -> batches.reserves(id)
                        || uploads.reserves(id)
                        || batches.files().knows(id))
                .collect(toSet());
        return new Known<>(wanted, Set.of());
    }

    @Override
    public Known<UploadId> uploads(Collection<UploadId> found) {
        return known(found, uploads::swept);
    }

    @Override
    public Known<BatchId> batches(Collection<BatchId> found) {
        return known(found, id -> batches.find(id).map(batch -> batch.status().terminal()));
    }

    private static <I> Known<I> known(Collection<I> found, Function<I, Optional<Boolean>> over) {
        return new Known<>(
                found.stream()
                        .filter(id -> over.apply(id).filter(ended -> !ended).isPresent())
                        .collect(toSet()),
                found.stream()
                        .filter(id -> over.apply(id).filter(ended -> ended).isPresent())
                        .collect(toSet()));
    }
}
