package io.backfill.files;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.file;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.CatalogFixture;
import io.backfill.batches.Racers;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link TenantStorage} must pass. */
public interface TenantStorageContract extends CatalogFixture {
    /** Returns the storage over the same rows. */
    TenantStorage storage();

    @Test
    default void useShouldSumFilesAndUploads() {
        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse(0, 0, 0));
        files().put(file(ADA, SeededIds.file(1), 10));
        files().put(file(ADA, SeededIds.file(1), 20));
        files().put(file(ADA, SeededIds.file(2), 5));
        files().put(file(BOB, SeededIds.file(3), 1000));
        uploads().insert(upload(ADA, 4, 1L << 40));
        uploads().insert(upload(BOB, 5, 1000));

        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse((1L << 40) + 25, 2, 1));
        files().forget(SeededIds.file(2));
        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse((1L << 40) + 20, 1, 1));
    }

    @Test
    default void uploadsShouldReserveTheirBytesUntilTheyEnd() {
        for (int n = 1; n <= 3; n++) {
            uploads().insert(upload(ADA, n, 100));
        }
        uploads().addPart(new UploadPart(SeededIds.of(time(), 1).partId(), id(2), 30, NOON), 10);

        uploads().complete(id(1), SeededIds.file(1));
        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse(200, 0, 2));
        uploads().cancel(id(2));
        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse(130, 0, 1));
        endedUploads().forgetParts(id(2));
        assertThat(storage().use(ADA, NOON)).isEqualTo(new TenantUse(100, 0, 1));

        Instant end = NOON.plus(Upload.LIFETIME);
        assertThat(storage().use(ADA, end.minusMillis(1))).isEqualTo(new TenantUse(100, 0, 1));
        assertThat(storage().use(ADA, end)).isEqualTo(new TenantUse(0, 0, 0));
    }

    @Test
    default void additionsAtOnceShouldKeepToTheQuotaTogether() {
        TenantLimits limits = TenantLimits.DEFAULT.withQuotaBytes(100);
        for (int round = 0; round < 5; round++) {
            TenantId tenant = new TenantId("tenant-" + round);
            int first = 10 * round + 1;

            List<StorageVerdict> verdicts = Racers.race(
                    6,
                    racer -> racer % 2 == 0
                            ? storage().add(file(tenant, SeededIds.file(first + racer), 30), limits)
                            : storage().open(upload(tenant, first + racer, 30), limits));

            assertThat(verdicts)
                    .containsOnly(StorageVerdict.ADMITTED, StorageVerdict.OVER_QUOTA)
                    .filteredOn(StorageVerdict.ADMITTED::equals)
                    .hasSize(3);
            assertThat(storage().use(tenant, NOON).bytes()).isEqualTo(90);
        }
    }

    @Test
    default void refusedAdditionsShouldLeaveNothing() {
        TenantLimits limits = new TenantLimits(0, 1, 1, 1);
        assertThat(storage().open(upload(ADA, 1, 1), limits)).isEqualTo(StorageVerdict.ADMITTED);
        assertThat(storage().open(upload(ADA, 2, 1), limits)).isEqualTo(StorageVerdict.TOO_MANY_UPLOADS);
        assertThat(uploads().find(ADA, id(2))).isEmpty();
        assertThat(storage().add(file(ADA, SeededIds.file(1), 1), limits)).isEqualTo(StorageVerdict.ADMITTED);
        assertThat(storage().add(file(ADA, SeededIds.file(2), 1), limits)).isEqualTo(StorageVerdict.TOO_MANY_FILES);
        assertThat(files().find(ADA, SeededIds.file(2), NOON)).isEmpty();
        assertThat(storage().add(file(BOB, SeededIds.file(3), 1), limits)).isEqualTo(StorageVerdict.ADMITTED);
    }

    @Test
    default void sizesNearTheLargestNumberShouldNotOverflow() {
        TenantLimits limits = TenantLimits.DEFAULT.withQuotaBytes(Long.MAX_VALUE);
        assertThat(Stream.of(1, 2)
                        .map(n -> storage().open(upload(ADA, n, Long.MAX_VALUE - 1), limits))
                        .toList())
                .containsExactly(StorageVerdict.ADMITTED, StorageVerdict.OVER_QUOTA);
    }

    private static UploadId id(int n) {
        return new UploadId(UploadId.PREFIX + SeededIds.file(n).value().substring(FileId.PREFIX.length()));
    }

    private static Upload upload(TenantId tenant, int n, long bytes) {
        return new Upload(
                id(n),
                tenant,
                "a.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                bytes,
                Optional.empty(),
                NOON,
                Upload.State.PENDING,
                Optional.empty());
    }
}
