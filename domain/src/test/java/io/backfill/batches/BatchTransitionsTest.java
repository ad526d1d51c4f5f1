package io.backfill.batches;

import static io.backfill.batches.BatchStatus.CANCELLED;
import static io.backfill.batches.BatchStatus.CANCELLING;
import static io.backfill.batches.BatchStatus.COMPLETED;
import static io.backfill.batches.BatchStatus.EXPIRED;
import static io.backfill.batches.BatchStatus.FAILED;
import static io.backfill.batches.BatchStatus.FINALIZING;
import static io.backfill.batches.BatchStatus.IN_PROGRESS;
import static io.backfill.batches.BatchStatus.VALIDATING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.tenants.TenantId;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTransitionsTest {
    private static final Instant T0 = Instant.parse("2026-11-03T10:00:00.700Z");
    private static final Instant S0 = Instant.parse("2026-11-03T10:00:00Z");
    private static final ResultFiles RESERVED = ResultFiles.reserved(SeededIds.file(1), SeededIds.file(2));
    private static final Usage USAGE = new Usage(10, 2, 5, 1, 15);

    private static final BatchEvent PLANNED = new BatchEvent.Planned(10, Optional.of("m"));
    private static final BatchEvent REFUSED =
            new BatchEvent.Refused(List.of(LineError.ofLine(1, "invalid_json_line", "no", "")));
    private static final BatchEvent CANCEL = new BatchEvent.CancelRequested();
    private static final BatchEvent ALL_DONE = new BatchEvent.AssemblyBegun(RESERVED, true);
    private static final BatchEvent NOT_ALL_DONE = new BatchEvent.AssemblyBegun(RESERVED, false);
    private static final BatchEvent ASSEMBLED =
            new BatchEvent.Assembled(new RequestCounts(10, 9, 1), Optional.of(USAGE), RESERVED.made(true, true));
    private static final BatchEvent UNPLANNED = new BatchEvent.EndedUnplanned();
    private static final Map<String, BatchEvent> EVENTS = Map.of(
            "planned", PLANNED,
            "refused", REFUSED,
            "cancel", CANCEL,
            "all-done", ALL_DONE,
            "not-all-done", NOT_ALL_DONE,
            "assembled", ASSEMBLED,
            "unplanned", UNPLANNED);

    /**
     * The events that lead to each status, by name. In "deadline", the batch is in progress and assembly began before every line
     * was done.
     */
    private static final Map<String, List<BatchEvent>> WAYS = Map.ofEntries(
            Map.entry("validating", List.of()),
            Map.entry("in_progress", List.of(PLANNED)),
            Map.entry("deadline", List.of(PLANNED, NOT_ALL_DONE)),
            Map.entry("finalizing", List.of(PLANNED, ALL_DONE)),
            Map.entry("completed", List.of(PLANNED, ALL_DONE, ASSEMBLED)),
            Map.entry("failed", List.of(REFUSED)),
            Map.entry("expired", List.of(PLANNED, NOT_ALL_DONE, ASSEMBLED)),
            Map.entry("expired-unplanned", List.of(UNPLANNED)),
            Map.entry("cancelling-unplanned", List.of(CANCEL)),
            Map.entry("cancelling", List.of(PLANNED, CANCEL)),
            Map.entry("cancelling-assembly", List.of(PLANNED, CANCEL, NOT_ALL_DONE)),
            Map.entry("cancelled", List.of(PLANNED, CANCEL, NOT_ALL_DONE, ASSEMBLED)),
            Map.entry("cancelled-unplanned", List.of(CANCEL, UNPLANNED)));

    /**
     * Every status, with its relevant variants, against every event: the next status, {@code same} (nothing changes), or
     * {@code no}.
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(useHeadersInDisplayName = true, textBlock = """
            from,                 planned,     refused,   cancel,     all-done,   not-all-done, assembled, unplanned
            validating,           IN_PROGRESS, FAILED,    CANCELLING, no,         no,           no,        EXPIRED
            in_progress,          same,        no,        CANCELLING, FINALIZING, IN_PROGRESS,  no,        no
            deadline,             same,        no,        CANCELLING, same,       same,         EXPIRED,   no
            finalizing,           no,          no,        CANCELLING, same,       same,         COMPLETED, no
            completed,            no,          no,        no,         no,         no,           same,      no
            failed,               no,          same,      no,         no,         no,           no,        no
            expired,              no,          no,        no,         no,         no,           same,      same
            expired-unplanned,    no,          no,        no,         no,         no,           no,        same
            cancelling-unplanned, CANCELLING,  CANCELLED, same,       CANCELLING, CANCELLING,   no,        CANCELLED
            cancelling,           same,        CANCELLED, same,       CANCELLING, CANCELLING,   no,        CANCELLED
            cancelling-assembly,  same,        CANCELLED, same,       same,       same,         CANCELLED, CANCELLED
            cancelled,            no,          same,      same,       no,         no,           same,      same
            cancelled-unplanned,  no,          same,      same,       no,         no,           no,        same
            """)
    void everyStatusShouldAnswerEveryEvent(
            String from,
            String planned,
            String refused,
            String cancel,
            String allDone,
            String notAllDone,
            String assembled,
            String unplanned) {
        Batch batch = by(WAYS.get(from));
        expect(batch, "planned", planned);
        expect(batch, "refused", refused);
        expect(batch, "cancel", cancel);
        expect(batch, "all-done", allDone);
        expect(batch, "not-all-done", notAllDone);
        expect(batch, "assembled", assembled);
        expect(batch, "unplanned", unplanned);
    }

    private static void expect(Batch batch, String event, String expected) {
        Instant later = S0.plusSeconds(500);
        if (expected.equals("no")) {
            assertThatThrownBy(() -> BatchTransitions.apply(batch, EVENTS.get(event), later))
                    .as(event)
                    .isInstanceOfSatisfying(
                            IllegalTransitionException.class,
                            refusal -> assertThat(refusal.status()).isEqualTo(batch.status()));
            return;
        }
        Batch after = BatchTransitions.apply(batch, EVENTS.get(event), later);
        if (expected.equals("same")) {
            assertThat(after).as(event).isSameAs(batch);
            return;
        }
        assertThat(after.status()).as(event).isEqualTo(BatchStatus.valueOf(expected));
        assertThat(after.version()).as(event).isEqualTo(batch.version() + 1);
        if (after.status() != batch.status()) {
            assertThat(after.state().entered(after.status())).as(event).contains(later);
        } else {
            assertThat(after.state().entered())
                    .as(event)
                    .isEqualTo(batch.state().entered());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PLANNED", "REFUSED", "CANCEL", "BEGUN", "ASSEMBLED", "UNPLANNED"})
    void anEventDeliveredTwiceShouldChangeTheBatchOnce(Step step) {
        Batch before = by(step.before);
        Batch once = BatchTransitions.apply(before, step.event, S0.plusSeconds(100));
        Batch twice = BatchTransitions.apply(once, step.event, S0.plusSeconds(200));

        assertThat(once.version()).isEqualTo(before.version() + 1);
        assertThat(twice).isSameAs(once);
    }

    /** An event, applied at a point of a batch's life where it changes something. */
    enum Step {
        PLANNED(BatchTransitionsTest.PLANNED),
        REFUSED(BatchTransitionsTest.REFUSED),
        CANCEL(BatchTransitionsTest.CANCEL, BatchTransitionsTest.PLANNED),
        BEGUN(BatchTransitionsTest.ALL_DONE, BatchTransitionsTest.PLANNED),
        ASSEMBLED(BatchTransitionsTest.ASSEMBLED, BatchTransitionsTest.PLANNED, BatchTransitionsTest.ALL_DONE),
        UNPLANNED(BatchTransitionsTest.UNPLANNED);

        final BatchEvent event;
        final List<BatchEvent> before;

        Step(BatchEvent event, BatchEvent... before) {
            this.event = event;
            this.before = List.of(before);
        }
    }

    @Test
    void aRefusalDeliveredTwiceToACancelledBatchShouldChangeItOnce() {
        Batch cancelled = by(List.of(CANCEL, REFUSED));

        assertThat(cancelled.status()).isEqualTo(CANCELLED);
        assertThat(cancelled.state().errors()).isEmpty();
        assertThat(BatchTransitions.apply(cancelled, REFUSED, T0)).isSameAs(cancelled);
    }

    @Test
    void createdShouldBeToTheSecondAndKnowItsDeadline() {
        Batch batch = by(List.of());

        assertThat(batch.identity().createdAt()).isEqualTo(S0);
        assertThat(batch.deadline()).isEqualTo(S0.plus(Duration.ofHours(24)));
        assertThat(batch.counts()).isEqualTo(RequestCounts.NONE);
        assertThat(batch.state().entered()).isEmpty();
        assertThat(batch.status()).isEqualTo(VALIDATING);
    }

    @Test
    void plannedShouldFixTotalAndModel() {
        Batch batch = by(List.of(PLANNED));

        assertThat(batch.counts()).isEqualTo(new RequestCounts(10, 0, 0));
        assertThat(batch.state().model()).contains("m");
        assertThat(batch.status()).isEqualTo(IN_PROGRESS);
    }

    @Test
    void plannedShouldNotResetCountsOfABatchThatIsBeingCancelled() {
        Batch running = by(List.of(PLANNED, CANCEL)).withProgress(new RequestCounts(10, 4, 1), Optional.of(USAGE));

        assertThat(BatchTransitions.apply(running, PLANNED, T0).counts()).isEqualTo(new RequestCounts(10, 4, 1));
    }

    @Test
    void aCancelDuringPlanningShouldStillSettleTheLinesThatWerePlanned() {
        Batch batch = by(List.of(CANCEL, PLANNED, NOT_ALL_DONE, ASSEMBLED));

        assertThat(batch.status()).isEqualTo(CANCELLED);
        assertThat(batch.counts()).isEqualTo(new RequestCounts(10, 9, 1));
        assertThat(batch.state().entered()).containsOnlyKeys(CANCELLING, CANCELLED);
    }

    @Test
    void refusedShouldKeepTheErrorsAndCountNothing() {
        Batch batch = by(List.of(REFUSED));

        assertThat(batch.status()).isEqualTo(FAILED);
        assertThat(batch.state().errors()).extracting(LineError::code).containsExactly("invalid_json_line");
        assertThat(batch.counts()).isEqualTo(RequestCounts.NONE);
        assertThat(batch.outputFile()).isEmpty();
        assertThat(batch.errorFile()).isEmpty();
    }

    @Test
    void resultFilesShouldBeSeenFromTheTerminalStatusOnly() {
        Batch finalizing = by(List.of(PLANNED, ALL_DONE));
        Batch completed = BatchTransitions.apply(finalizing, ASSEMBLED, T0);

        assertThat(finalizing.state().results()).contains(RESERVED);
        assertThat(finalizing.outputFile()).isEmpty();
        assertThat(finalizing.errorFile()).isEmpty();
        assertThat(completed.outputFile()).contains(SeededIds.file(1));
        assertThat(completed.errorFile()).contains(SeededIds.file(2));
    }

    @Test
    void aFileWithoutALineShouldNotBeSeen() {
        BatchEvent onlyErrors =
                new BatchEvent.Assembled(new RequestCounts(10, 0, 10), Optional.empty(), RESERVED.made(false, true));
        Batch completed = BatchTransitions.apply(by(List.of(PLANNED, ALL_DONE)), onlyErrors, T0);

        assertThat(completed.status()).isEqualTo(COMPLETED);
        assertThat(completed.outputFile()).isEmpty();
        assertThat(completed.errorFile()).contains(SeededIds.file(2));
        assertThat(completed.usage()).isEmpty();
    }

    @Test
    void theFirstReservedFilesShouldStay() {
        BatchEvent others =
                new BatchEvent.AssemblyBegun(ResultFiles.reserved(SeededIds.file(8), SeededIds.file(9)), true);
        Batch finalizing = by(List.of(PLANNED, ALL_DONE));

        assertThat(BatchTransitions.apply(finalizing, others, T0).state().results())
                .contains(RESERVED);
        assertThat(BatchTransitions.apply(by(List.of(PLANNED, ALL_DONE, CANCEL)), others, T0)
                        .state()
                        .results())
                .contains(RESERVED);
    }

    @Test
    void aCancelInFinalizingShouldEndCancelledWithAllFiles() {
        Batch batch = by(List.of(PLANNED, ALL_DONE, CANCEL, ASSEMBLED));

        assertThat(batch.status()).isEqualTo(CANCELLED);
        assertThat(batch.outputFile()).isPresent();
        assertThat(batch.state().entered()).containsOnlyKeys(IN_PROGRESS, FINALIZING, CANCELLING, CANCELLED);
    }

    @Test
    void aDeadlineBeforeEveryLineIsDoneShouldEndExpiredWithoutFinalizing() {
        Batch batch = by(List.of(PLANNED, NOT_ALL_DONE, ASSEMBLED));

        assertThat(batch.status()).isEqualTo(EXPIRED);
        assertThat(batch.state().entered()).containsOnlyKeys(IN_PROGRESS, EXPIRED);
        assertThat(batch.outputFile()).isPresent();
    }

    @Test
    void capturedHeadersShouldBeGoneAtTheTerminalStatus() {
        assertThat(by(List.of(PLANNED, ALL_DONE)).state().headers().isEmpty()).isFalse();
        for (String end : List.of("completed", "failed", "expired", "expired-unplanned", "cancelled")) {
            assertThat(by(WAYS.get(end)).state().headers()).as(end).isEqualTo(SealedHeaders.NONE);
        }
    }

    @Test
    void timesShouldBeWholeSecondsAndNeverDecreaseWhenTheClockStepsBack() {
        Batch batch = BatchTransitions.apply(by(List.of()), PLANNED, S0.minusSeconds(60));
        assertThat(batch.state().entered(IN_PROGRESS)).contains(S0);

        batch = BatchTransitions.apply(batch, ALL_DONE, S0.plusMillis(9_900));
        assertThat(batch.state().entered(FINALIZING)).contains(S0.plusSeconds(9));

        batch = BatchTransitions.apply(batch, ASSEMBLED, S0.plusSeconds(3));
        assertThat(batch.state().entered(COMPLETED)).contains(S0.plusSeconds(9));
    }

    /** For any sequence of events, versions and times only grow, a terminal status is never left, and no time is cleared. */
    @RepeatedTest(value = 500, failureThreshold = 1)
    void noOrderOfEventsShouldMoveABatchBackwards(RepetitionInfo run) {
        Random random = SeededRandom.of(run);
        List<BatchEvent> events = new ArrayList<>(EVENTS.values());
        Batch batch = by(List.of());
        Instant clock = T0;
        for (int i = 0; i < 12; i++) {
            clock = clock.plusMillis(random.nextInt(-2000, 4000));
            BatchEvent event = events.get(random.nextInt(events.size()));
            Batch after;
            try {
                after = BatchTransitions.apply(batch, event, clock);
            } catch (IllegalTransitionException refused) {
                continue;
            }
            assertThat(after.state().entered())
                    .containsAllEntriesOf(batch.state().entered());
            assertThat(after.version()).isBetween(batch.version(), batch.version() + 1);
            if (batch.status().terminal()) {
                assertThat(after).isSameAs(batch);
            }
            if (batch.status() != VALIDATING && batch.status() != CANCELLING) {
                assertThat(after.status() == FAILED).isEqualTo(batch.status() == FAILED);
            }
            if (after.status() != batch.status()) {
                Instant entered = after.state().entered(after.status()).orElseThrow();
                assertThat(entered.getNano()).isZero();
                assertThat(batch.state().entered().values()).allMatch(earlier -> !earlier.isAfter(entered));
                assertThat(entered).isAfterOrEqualTo(batch.identity().createdAt());
            }
            batch = after;
        }
    }

    private static Batch by(List<BatchEvent> events) {
        Batch batch = created();
        Instant now = T0;
        for (BatchEvent event : events) {
            now = now.plusSeconds(1);
            batch = BatchTransitions.apply(batch, event, now);
        }
        return batch;
    }

    private static Batch created() {
        return Batch.created(
                SeededIds.batch(1),
                TenantId.DEFAULT,
                new BatchSpec(
                        SeededIds.file(7).value(),
                        "/v1/chat/completions",
                        CompletionWindow.parse("24h").orElseThrow(),
                        Optional.empty(),
                        Optional.empty()),
                T0,
                new SealedHeaders("k1", new byte[] {1, 2, 3}));
    }
}
