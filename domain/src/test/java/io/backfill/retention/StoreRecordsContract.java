package io.backfill.retention;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.NOON;
import static io.backfill.batches.SampleBatches.file;
import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.batches.Batch;
import io.backfill.batches.BatchEvent;
import io.backfill.batches.BatchTransitions;
import io.backfill.batches.RequestCounts;
import io.backfill.batches.ResultFiles;
import io.backfill.batches.SampleBatches;
import io.backfill.files.FilePurpose;
import io.backfill.files.StoredFile;
import io.backfill.files.Upload;
import io.backfill.ids.BatchId;
import io.backfill.ids.FileId;
import io.backfill.ids.UploadId;
import io.backfill.retention.StoreRecords.Known;
import io.backfill.testing.SeededIds;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link StoreRecords} must pass. */
public interface StoreRecordsContract extends RetentionFixture {
    @Test
    default void filesWithARecordInAnyStateShouldBeWanted() {
        files().put(file(ADA, SeededIds.file(1), 1));
        files().put(file(ADA, SeededIds.file(2), 1));
        files().delete(ADA, SeededIds.file(2), NOON);
        files().put(new StoredFile(
                SeededIds.file(3), ADA, "x", FilePurpose.BATCH, 1, NOON, Optional.of(NOON.plusSeconds(1))));
        files().put(file(ADA, SeededIds.file(4), 1));
        files().forget(SeededIds.file(4));

        Known<FileId> known = records().files(files(1, 5));

        assertThat(known.wanted()).containsExactlyInAnyOrderElementsOf(files(1, 3));
        assertThat(known.over()).isEmpty();
    }

    @Test
    default void filesThatALiveBatchWillMakeShouldBeWantedUntilItsEnd() {
        ResultFiles results = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
        Batch batch = SampleBatches.batch(1);
        batches().insert(batch);
        batch = advance(batch, new BatchEvent.Planned(10, Optional.empty()), List.of());
        assertThat(records().files(files(1, 2)).wanted()).isEmpty();

        batch = advance(batch, new BatchEvent.AssemblyBegun(results, true), List.of());
        assertThat(records().files(files(1, 3)).wanted()).containsExactlyInAnyOrderElementsOf(files(1, 2));

        // an empty error file has been made that has no record
        advance(
                batch,
                new BatchEvent.Assembled(new RequestCounts(10, 10, 0), Optional.empty(), results.made(true, false)),
                List.of(file(ADA, results.output(), 5)));
        assertThat(records().files(files(1, 3)).wanted()).containsExactly(SeededIds.file(1));
    }

    @Test
    default void theFileThatAPendingUploadWillBecomeShouldBeWanted() {
        IntStream.rangeClosed(1, 3).forEach(n -> {
            uploads().insert(upload(n));
            uploads().reserveFile(id(n), SeededIds.file(n));
        });
        uploads().cancel(id(2));
        uploads().complete(id(3), SeededIds.file(3));

        assertThat(records().files(files(1, 4)).wanted()).containsExactly(SeededIds.file(1));

        endedUploads().sweep(NOON.plus(Upload.LIFETIME.multipliedBy(2)), 10, upload -> true);
        assertThat(records().files(files(1, 4)).wanted()).isEmpty();
    }

    @Test
    default void partsShouldBeOverOnceTheirUploadWasSwept() {
        uploads().insert(upload(1));
        uploads().insert(upload(2));
        uploads().cancel(id(2));
        uploads().insert(upload(3));
        uploads().cancel(id(3));
        endedUploads().sweep(NOON, 10, upload -> upload.id().equals(id(2)));

        Known<UploadId> known = records().uploads(List.of(id(1), id(2), id(3), id(4)));

        assertThat(known.wanted()).containsExactlyInAnyOrder(id(1), id(3));
        assertThat(known.over()).containsExactly(id(2));
    }

    @Test
    default void foldersShouldBeOverWithTheirBatch() {
        IntStream.rangeClosed(1, 3).forEach(n -> batches().insert(SampleBatches.batch(n)));
        Batch first = batches().find(SeededIds.batch(1)).orElseThrow();
        advance(first, new BatchEvent.Refused(EndedBatchesContract.ERRORS), List.of());
        Batch second = batches().find(SeededIds.batch(2)).orElseThrow();
        advance(second, new BatchEvent.CancelRequested(), List.of());

        Known<BatchId> known = records()
                .batches(IntStream.rangeClosed(1, 4).mapToObj(SeededIds::batch).toList());

        assertThat(known.wanted()).containsExactlyInAnyOrder(SeededIds.batch(2), SeededIds.batch(3));
        assertThat(known.over()).containsExactly(SeededIds.batch(1));
    }

    @Test
    default void aWholePageOfIdsShouldBeAnswered() {
        files().put(file(ADA, SeededIds.file(3000), 1));

        assertThat(records().files(files(1, 3000)).wanted()).containsExactly(SeededIds.file(3000));
        assertThat(records().files(Set.of()).wanted()).isEmpty();
    }

    private static List<FileId> files(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(SeededIds::file).toList();
    }

    private static UploadId id(int n) {
        return new UploadId(UploadId.PREFIX + SeededIds.file(n).value().substring(FileId.PREFIX.length()));
    }

    private static Upload upload(int n) {
        return new Upload(
                id(n),
                ADA,
                "a.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                5,
                Optional.empty(),
                NOON,
                Upload.State.PENDING,
                Optional.empty());
    }

    private Batch advance(Batch before, BatchEvent event, List<StoredFile> files) {
        Batch after = BatchTransitions.apply(before, event, NOON);
        assertThat(batches().replace(before, after, files)).isTrue();
        return batches().find(before.id()).orElseThrow();
    }
}
