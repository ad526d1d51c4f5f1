package io.backfill.files;

import static io.backfill.batches.SampleBatches.ADA;
import static io.backfill.batches.SampleBatches.BOB;
import static io.backfill.batches.SampleBatches.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.batches.CatalogFixture;
import io.backfill.batches.Racers;
import io.backfill.errors.BackfillException;
import io.backfill.errors.ErrorCode;
import io.backfill.ids.FileId;
import io.backfill.ids.IdGenerator;
import io.backfill.ids.UploadId;
import io.backfill.testing.SeededIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests that every {@link UploadCatalog} and its {@link io.backfill.retention.EndedUploads} must pass. */
public interface UploadCatalogContract extends CatalogFixture {
    int PARTS = 10_000;

    Instant TWO_LIVES_LATER = NOON.plus(Upload.LIFETIME).plus(Upload.LIFETIME);
    Instant FORGOTTEN = NOON.plus(Upload.REMEMBERED);

    @Test
    default void anUploadShouldComeBackAsItWasInserted() {
        Upload upload = upload(1, Optional.of(Duration.ofSeconds(3600)));
        Upload plain = upload(2, Optional.empty());

        uploads().insert(upload);
        uploads().insert(plain);

        assertThat(uploads().find(ADA, upload.id())).contains(upload);
        assertThat(uploads().find(ADA, plain.id())).contains(plain);
        assertThat(uploads().find(BOB, upload.id())).isEmpty();
        assertThat(uploads().find(ADA, id(3))).isEmpty();
    }

    @Test
    default void partsShouldComeInTheOrderInWhichTheyWereMade() {
        inserted(1);
        inserted(2);
        IdGenerator ids = SeededIds.of(time(), 3);
        List<UploadPart> parts = IntStream.range(0, 5)
                .mapToObj(i -> new UploadPart(ids.partId(), id(1), i, NOON))
                .toList();

        parts.reversed()
                .forEach(part -> assertThat(uploads().addPart(part, PARTS)).isEqualTo(PartVerdict.ADDED));

        assertThat(uploads().parts(id(1))).containsExactlyElementsOf(parts);
        assertThat(uploads().parts(id(2))).isEmpty();
    }

    @Test
    default void partsShouldAllBeKeptWhenTheyComeAtOnce() {
        inserted(1);
        IdGenerator ids = SeededIds.of(time(), 3);

        List<UploadPart> parts = Racers.race(8, racer -> {
            UploadPart part = new UploadPart(ids.partId(), id(1), racer, NOON);
            uploads().addPart(part, PARTS);
            return part;
        });

        assertThat(uploads().parts(id(1))).containsExactlyInAnyOrderElementsOf(parts);
    }

    @Test
    default void addPartShouldRefuseAnUploadThatIsNotPending() {
        inserted(1);
        inserted(2);
        uploads().complete(id(1), SeededIds.file(1));
        uploads().cancel(id(2));

        IntStream.rangeClosed(1, 3)
                .forEach(n -> assertThat(uploads().addPart(part(n, n), PARTS)).isEqualTo(PartVerdict.NOT_PENDING));
        IntStream.rangeClosed(1, 3)
                .forEach(n -> assertThat(uploads().parts(id(n))).isEmpty());
    }

    @Test
    default void completeShouldNameTheFile() {
        inserted(1);

        assertThat(uploads().complete(id(1), SeededIds.file(1))).isTrue();

        Upload completed = uploads().find(ADA, id(1)).orElseThrow();
        assertThat(completed.state()).isEqualTo(Upload.State.COMPLETED);
        assertThat(completed.file()).contains(SeededIds.file(1));
    }

    @Test
    default void anUploadShouldEndOnce() {
        inserted(1);
        inserted(2);
        uploads().complete(id(1), SeededIds.file(1));
        uploads().cancel(id(2));

        assertThat(uploads().complete(id(1), SeededIds.file(2))).isFalse();
        assertThat(uploads().cancel(id(1))).isFalse();
        assertThat(uploads().complete(id(2), SeededIds.file(2))).isFalse();
        assertThat(uploads().cancel(id(2))).isFalse();
        assertThat(uploads().cancel(id(3))).isFalse();

        assertThat(uploads().find(ADA, id(1)).orElseThrow().file()).contains(SeededIds.file(1));
        assertThat(uploads().find(ADA, id(2)).orElseThrow().state()).isEqualTo(Upload.State.CANCELLED);
    }

    @Test
    default void ofACompleteAndACancelAtOnceOneShouldWin() {
        for (int n = 1; n <= 20; n++) {
            UploadId upload = id(n);
            inserted(n);

            List<Boolean> won = Racers.race(
                    4,
                    racer -> racer % 2 == 0
                            ? uploads().complete(upload, SeededIds.file(racer))
                            : uploads().cancel(upload));

            assertThat(won).containsOnlyOnce(true);
        }
    }

    @Test
    default void reserveFileShouldGiveTheFirstIdToEveryCaller() {
        for (int n = 1; n <= 10; n++) {
            UploadId upload = id(n);
            inserted(n);

            List<FileId> reserved = Racers.race(4, racer -> uploads().reserveFile(upload, SeededIds.file(racer)));

            assertThat(new HashSet<>(reserved)).hasSize(1);
            assertThat(uploads().find(ADA, upload).orElseThrow().file()).isEmpty();
            uploads().complete(upload, reserved.getFirst());
            assertThat(uploads().reserveFile(upload, SeededIds.file(99))).isEqualTo(reserved.getFirst());
        }
    }

    @Test
    default void reserveFileShouldRefuseAnUploadThatNeverWas() {
        assertThatThrownBy(() -> uploads().reserveFile(id(1), SeededIds.file(1)))
                .isInstanceOfSatisfying(
                        BackfillException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    default void sweepShouldFindEndedUploadsAndForgetTheirParts() {
        IntStream.rangeClosed(1, 3).forEach(n -> {
            inserted(n);
            uploads().addPart(part(n, n), PARTS);
        });
        uploads().complete(id(1), SeededIds.file(1));
        uploads().cancel(id(2));

        assertThat(endedUploads().sweepableCount(NOON)).isEqualTo(2);
        assertThat(endedUploads().sweepableCount(TWO_LIVES_LATER)).isEqualTo(3);
        assertThat(sweep(NOON)).containsExactly(id(1), id(2));
        assertThat(sweep(NOON)).isEmpty();
        assertThat(endedUploads().sweepableCount(NOON)).isZero();

        assertThat(uploads().parts(id(1))).isEmpty();
        assertThat(uploads().parts(id(2))).isEmpty();
        assertThat(uploads().parts(id(3))).hasSize(1);
        assertThat(uploads().find(ADA, id(1)).orElseThrow().file()).contains(SeededIds.file(1));
    }

    @Test
    default void sweepShouldComeBackToAnUploadWhoseBytesCouldNotBeRemoved() {
        inserted(1);
        uploads().addPart(part(1, 1), PARTS);
        uploads().cancel(id(1));

        assertThat(endedUploads().sweep(NOON, 10, upload -> false)).isZero();

        assertThat(uploads().parts(id(1))).hasSize(1);
        assertThat(sweep(NOON)).containsExactly(id(1));
    }

    @Test
    default void sweepShouldLeaveAPendingUploadForTwoLives() {
        inserted(1);

        assertThat(sweep(TWO_LIVES_LATER.minusSeconds(1))).isEmpty();
        assertThat(sweep(TWO_LIVES_LATER)).containsExactly(id(1));

        assertThat(uploads().complete(id(1), SeededIds.file(1))).isFalse();
        assertThat(uploads().addPart(part(1, 1), PARTS)).isEqualTo(PartVerdict.NOT_PENDING);
    }

    @Test
    default void sweepShouldLookAtNoMoreThanTheLimit() {
        IntStream.rangeClosed(1, 3).forEach(n -> {
            inserted(n);
            uploads().cancel(id(n));
        });

        assertThat(endedUploads().sweep(NOON, 2, upload -> true)).isEqualTo(2);
        assertThat(sweep(NOON)).containsExactly(id(3));
    }

    @Test
    default void sweepShouldForgetAnEndedUploadADayLater() {
        inserted(1);
        uploads().complete(id(1), SeededIds.file(1));

        sweep(FORGOTTEN.minusSeconds(1));
        assertThat(uploads().find(ADA, id(1))).isPresent();

        sweep(FORGOTTEN);
        assertThat(uploads().find(ADA, id(1))).isEmpty();
    }

    @Test
    default void partsShouldNotExceedTheDeclaredBytesTogether() {
        uploads().insert(declaring(1, 12));
        IdGenerator ids = SeededIds.of(time(), 3);

        List<PartVerdict> verdicts =
                Racers.race(8, racer -> uploads().addPart(new UploadPart(ids.partId(), id(1), 5, NOON), PARTS));

        assertThat(verdicts)
                .containsOnly(PartVerdict.ADDED, PartVerdict.BEYOND_DECLARED)
                .filteredOn(PartVerdict.ADDED::equals)
                .hasSize(2);
        assertThat(uploads().parts(id(1))).hasSize(2);
        assertThat(uploads().totals(id(1))).isEqualTo(new PartTotals(2, 10));
        assertThat(uploads().totals(id(2))).isEqualTo(PartTotals.NONE);
    }

    @Test
    default void partsShouldNotBeMoreThanTheLimitTogether() {
        inserted(1);
        IdGenerator ids = SeededIds.of(time(), 3);

        List<PartVerdict> verdicts =
                Racers.race(8, racer -> uploads().addPart(new UploadPart(ids.partId(), id(1), 0, NOON), 3));

        assertThat(verdicts)
                .containsOnly(PartVerdict.ADDED, PartVerdict.TOO_MANY)
                .filteredOn(PartVerdict.ADDED::equals)
                .hasSize(3);
    }

    @Test
    default void partsOfAnEndedUploadShouldBeForgottenOnRequest() {
        inserted(1);
        uploads().addPart(part(1, 1), PARTS);

        endedUploads().forgetParts(id(1));
        assertThat(uploads().parts(id(1))).hasSize(1);

        uploads().cancel(id(1));
        endedUploads().forgetParts(id(1));
        endedUploads().forgetParts(id(1));
        assertThat(uploads().parts(id(1))).isEmpty();
        assertThat(sweep(NOON)).isEmpty();
    }

    private void inserted(int n) {
        uploads().insert(upload(n, Optional.empty()));
    }

    private List<UploadId> sweep(Instant now) {
        List<UploadId> swept = new ArrayList<>();
        int count = endedUploads().sweep(now, 100, upload -> swept.add(upload.id()));
        assertThat(count).isEqualTo(swept.size());
        return swept;
    }

    private static UploadId id(int n) {
        return new UploadId(UploadId.PREFIX + SeededIds.file(n).value().substring(FileId.PREFIX.length()));
    }

    private UploadPart part(int upload, int n) {
        return new UploadPart(SeededIds.of(time(), n).partId(), id(upload), 5, NOON);
    }

    private static Upload upload(int n, Optional<Duration> expiresAfter) {
        return upload(n, 8L << 30, expiresAfter);
    }

    private static Upload declaring(int n, long bytes) {
        return upload(n, bytes, Optional.empty());
    }

    private static Upload upload(int n, long bytes, Optional<Duration> expiresAfter) {
        return new Upload(
                id(n),
                ADA,
                "big \u00e4.jsonl",
                FilePurpose.BATCH,
                "application/jsonl",
                bytes,
                expiresAfter,
                NOON,
                Upload.State.PENDING,
                Optional.empty());
    }
}
