package io.backfill.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cases that are small enough to be computed by hand. */
class EngineCoreTest {
    private static final EngineParameters SMALL =
            EngineParameters.H100_8B.withBlocks(10).withMaxSequences(4).withMaxBatchedTokens(64);

    private final List<String> events = new ArrayList<>();

    private EngineCore core(EngineParameters parameters) {
        return new EngineCore(parameters, new EngineCore.Listener() {
            @Override
            public void firstToken(CoreRequest request) {
                events.add(request.tag() + " first");
            }

            @Override
            public void token(CoreRequest request, int count) {
                events.add(request.tag() + " " + count);
            }

            @Override
            public void finished(CoreRequest request) {
                events.add(request.tag() + " finished");
            }
        });
    }

    private static CoreRequest tagged(Object tag, int promptTokens, int outputTokens) {
        return new CoreRequest(new long[0], promptTokens, outputTokens, 0, tag);
    }

    private static CoreRequest run(EngineCore core, CoreRequest request) {
        core.submit(request);
        while (!core.idle()) {
            core.step();
        }
        return request;
    }

    @Test
    void aSecondRequestShouldHitTheBlocksOfTheFirst() {
        EngineCore core = core(SMALL);

        assertThat(run(core, Requests.of(4, 1, 1, 2, 3)).cachedTokens()).isZero();
        assertThat(run(core, Requests.of(4, 1, 1, 2, 9)).cachedTokens()).isEqualTo(32);
        assertThat(core.queriedTokens()).isEqualTo(104);
        assertThat(core.cachedTokens()).isEqualTo(32);
    }

    @Test
    void aHitShouldEndAtTheFirstMissingBlock() {
        EngineCore core = core(SMALL);
        run(core, Requests.of(1, 1, 1, 2, 3));

        // 8 of the 10 blocks go to another prompt: 6 that were never used, the one that was not full, and the tail of
        // the
        // first prompt
        run(core, Requests.of(0, 1, 11, 12, 13, 14, 15, 16, 17, 18));

        assertThat(run(core, Requests.of(1, 1, 1, 2, 3)).cachedTokens()).isEqualTo(32);
    }

    @Test
    void oneTokenShouldAlwaysBeComputed() {
        EngineCore core = core(SMALL);
        run(core, Requests.of(0, 1, 1, 2));

        assertThat(run(core, Requests.of(0, 1, 1, 2)).cachedTokens()).isEqualTo(16);
        assertThat(run(core, Requests.of(1, 1, 1, 2)).cachedTokens()).isEqualTo(32);
    }

    @Test
    void siblingsOfOneStepShouldShareTheirPrefixAtOnce() {
        EngineCore core = core(SMALL);
        CoreRequest first = Requests.of(4, 2, 1, 2);
        CoreRequest second = Requests.of(4, 2, 1, 2);
        core.submit(first);
        core.submit(second);

        core.step();

        assertThat(core.running()).isEqualTo(2);
        assertThat(second.cachedTokens()).isEqualTo(32);
        assertThat(core.lastPrefillTokens()).isEqualTo(36 + 4);
        // 2 blocks shared by both, and 1 block each for the remaining tokens and the output
        assertThat(core.kvUsage()).isCloseTo(.4, within(1e-9));
    }

    @Test
    void generatedTokensShouldDisplaceOtherPrompts() {
        EngineCore core = core(SMALL);
        run(core, Requests.of(1, 1, 1, 2, 3));

        // 1 block of prompt and 8 of output: all but one block of the pool
        run(core, Requests.of(0, 128, 50));

        assertThat(run(core, Requests.of(1, 1, 1, 2, 3)).cachedTokens()).isEqualTo(16);
    }

    @Test
    void theLeastRecentlyUsedPromptShouldBeEvictedFirst() {
        EngineCore core = core(SMALL);
        run(core, Requests.of(0, 1, 1, 2));
        run(core, Requests.of(0, 1, 5, 6));
        run(core, Requests.of(1, 1, 1, 2));

        // 10 blocks: 4 hold the prompts; the block that was not full and the unused ones are taken before any of these
        run(core, Requests.of(0, 1, 21, 22, 23, 24, 25, 26, 27));

        assertThat(run(core, Requests.of(1, 1, 1, 2)).cachedTokens()).isEqualTo(32);
        assertThat(run(core, Requests.of(1, 1, 5, 6)).cachedTokens()).isLessThan(32);
    }

    @Test
    void nothingShouldBeCachedWithoutPrefixCaching() {
        EngineCore core = core(SMALL.withPrefixCaching(false));
        run(core, Requests.of(1, 1, 1, 2));

        assertThat(run(core, Requests.of(1, 1, 1, 2)).cachedTokens()).isZero();
    }

    @Test
    void aLongPromptShouldBeComputedInPiecesBesideDecodes() {
        EngineCore core = core(SMALL);
        core.submit(tagged("a", 4, 5));
        core.step();
        core.submit(tagged("b", 100, 2));
        events.clear();

        List<Integer> pieces = new ArrayList<>();
        while (!core.idle()) {
            core.step();
            pieces.add(core.lastPrefillTokens());
        }

        // 64 tokens per step, one of which is a's decode: 63 tokens of b's prompt, then the other 37
        assertThat(pieces).containsExactly(63, 37, 0, 0);
        assertThat(events)
                .containsExactly("a 2", "a 3", "b first", "b 1", "a 4", "b 2", "b finished", "a 5", "a finished");
    }

    @Test
    void aStepShouldTakeWhatItsPartsTake() {
        EngineCore core = core(EngineParameters.H100_8B);
        core.submit(tagged("a", 3200, 3));
        core.submit(tagged("b", 1600, 3));

        assertThat(core.step()).isCloseTo(.007 + .15 + 2 * 20e-6, within(1e-12));
        double contextBytes = (3201 + 1601) * 131_072.0;
        assertThat(core.step()).isCloseTo(.007 + contextBytes / 2.7e12 + 2 * 20e-6, within(1e-12));
        assertThat(core.lastStepSeconds()).isCloseTo(.007 + contextBytes / 2.7e12 + 2 * 20e-6, within(1e-12));
    }

    @Test
    void requestsBeyondSequencesOrBlocksShouldQueueInOrder() {
        EngineCore core = core(SMALL.withMaxSequences(2));
        core.submit(tagged("a", 16, 16));
        core.submit(tagged("b", 100, 12));
        core.submit(tagged("c", 10, 2));
        core.step();
        core.step();

        // a holds 2 blocks and b holds 7: c would fit, but the maximum of two sequences is reached
        assertThat(core.running()).isEqualTo(2);
        assertThat(core.waiting()).isEqualTo(1);
        assertThat(core.kvUsage()).isCloseTo(.9, within(1e-9));

        EngineCore blocked = core(SMALL);
        blocked.submit(tagged("a", 16, 16));
        blocked.submit(tagged("d", 150, 2));
        blocked.submit(tagged("e", 10, 2));
        blocked.step();

        // d needs 10 blocks, and e may not overtake it
        assertThat(blocked.running()).isEqualTo(1);
        assertThat(blocked.waiting()).isEqualTo(2);
    }

    @Test
    void aFullQueueShouldRefuse() {
        EngineCore core = core(SMALL.withMaxSequences(1).withMaxQueued(1));
        assertThat(core.submit(tagged("a", 1, 9))).isTrue();
        assertThat(core.submit(tagged("b", 1, 9))).isFalse();
        core.step();
        assertThat(core.submit(tagged("b", 1, 9))).isTrue();
        assertThat(core.submit(tagged("c", 1, 9))).isFalse();
    }

    @Test
    void wrongRequestsShouldBeRefused() {
        EngineCore core = core(SMALL);

        assertThat(core.fits(159, 1)).isTrue();
        assertThat(core.fits(160, 1)).isFalse();
        assertThatThrownBy(() -> core.submit(tagged("a", 160, 1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> core.submit(Requests.urgent(1, 0, 1, 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPromptWithoutOutputShouldEndWithItsPrefill() {
        EngineCore core = core(SMALL);
        core.submit(tagged("a", 70, 0));
        core.step();
        assertThat(events).isEmpty();
        core.step();
        assertThat(events).containsExactly("a finished");
        assertThat(core.idle()).isTrue();
    }

    @Test
    void blocksShouldBeTakenAsTheyAreNeeded() {
        EngineCore core = core(SMALL);
        core.submit(tagged("a", 100, 30));
        core.step();
        assertThat(core.lastPrefillTokens()).isEqualTo(64);
        assertThat(core.kvUsage()).isCloseTo(.4, within(1e-9));
        core.step();
        assertThat(core.kvUsage()).isCloseTo(.7, within(1e-9));
        for (int i = 0; i < 12; i++) {
            core.step();
        }
        // 100 tokens of the prompt and 12 of the output fill 7 blocks
        assertThat(core.kvUsage()).isCloseTo(.7, within(1e-9));
        core.step();
        assertThat(core.kvUsage()).isCloseTo(.8, within(1e-9));
    }

    @Test
    void theRequestThatWasAdmittedLastShouldGiveWayWhenBlocksRunOut() {
        EngineCore core = core(SMALL);
        CoreRequest first = tagged("a", 32, 40);
        CoreRequest second = tagged("b", 32, 40);
        CoreRequest third = tagged("c", 64, 40);
        core.submit(first);
        core.submit(second);
        core.step();
        core.submit(third);
        core.submit(tagged("d", 4, 1));
        core.step();
        core.step();
        // a and b have three blocks each, and c has the other four
        assertThat(core.running()).isEqualTo(3);
        assertThat(core.kvUsage()).isCloseTo(1, within(1e-9));
        assertThat(third.generated()).isEqualTo(1);

        core.step();

        // c needs a fifth block, and was admitted last itself. d would fit into its place, but waits behind it.
        assertThat(core.preemptions()).isEqualTo(1);
        assertThat(core.running()).isEqualTo(2);
        assertThat(core.waiting()).isEqualTo(2);
        while (!core.idle()) {
            core.step();
        }
        assertThat(events.indexOf("d finished")).isGreaterThan(events.indexOf("c 2"));
        assertThat(third.generated()).isEqualTo(40);
        // the hit that clients see is that of the first admission
        assertThat(third.cachedTokens()).isZero();
        assertThat(core.queriedTokens()).isEqualTo(32 + 32 + 64 + 4);
        assertThat(core.kvUsage()).isZero();
    }

    @Test
    void aPreemptedRequestShouldRecomputeWhatIsNoLongerCached() {
        EngineCore core = core(SMALL.withBlocks(5).withMaxBatchedTokens(16));
        CoreRequest first = Requests.of(0, 40, 1);
        CoreRequest second = Requests.of(0, 40, 2);
        core.submit(first);
        core.submit(second);
        while (core.preemptions() == 0) {
            core.step();
        }
        // each prompt fills a block; the first request has three blocks, and the second finds none for its 33rd token
        assertThat(second.generated()).isEqualTo(17);
        assertThat(core.running()).isEqualTo(1);
        while (first.generated() < 40) {
            core.step();
        }
        assertThat(second.generated()).isEqualTo(17);

        core.step();

        // of its two full blocks the first is still cached; the tail went to the first request. 16 tokens fit into a
        // step.
        assertThat(core.lastPrefillTokens()).isEqualTo(16);
        core.step();
        assertThat(second.generated()).isEqualTo(18);
        assertThat(core.preemptions()).isEqualTo(1);
    }

    @Test
    void theLeastUrgentShouldGiveWayWhenBlocksRunOut() {
        EngineCore core = core(SMALL.withBlocks(5).withMaxBatchedTokens(32).withPriorityScheduling(true));
        CoreRequest lazy = Requests.urgent(5, 0, 40, 1);
        CoreRequest urgent = Requests.urgent(-1, 0, 40, 2);
        core.submit(lazy);
        core.step();
        core.submit(urgent);
        while (core.preemptions() == 0) {
            core.step();
        }
        assertThat(core.running()).isEqualTo(1);
        while (!core.idle()) {
            core.step();
        }
        assertThat(events.indexOf(urgent.tag() + " finished")).isNotNegative();
        assertThat(lazy.generated()).isEqualTo(40);
        assertThat(urgent.generated()).isEqualTo(40);
    }

    @Test
    void urgentRequestsShouldOvertakeInTheQueueOnly() {
        EngineCore core = core(SMALL.withMaxSequences(1).withPriorityScheduling(true));
        CoreRequest running = Requests.urgent(5, 4, 3, 1);
        CoreRequest lazy = Requests.urgent(5, 4, 3, 2);
        CoreRequest urgent = Requests.urgent(0, 4, 3, 3);
        core.submit(running);
        core.step();
        core.submit(lazy);
        core.submit(urgent);
        core.step();
        core.step();
        core.step();

        assertThat(core.preemptions()).isZero();
        assertThat(running.generated()).isEqualTo(3);
        assertThat(urgent.generated()).isEqualTo(1);
        assertThat(lazy.generated()).isZero();
    }

    @Test
    void aCancelledRequestShouldLeaveNothingButItsCachedBlocks() {
        EngineCore core = core(SMALL);
        CoreRequest running = Requests.of(4, 20, 1, 2);
        CoreRequest waiting = tagged("w", 150, 9);
        core.submit(running);
        core.submit(waiting);
        core.step();

        core.cancel(waiting);
        core.cancel(running);
        core.cancel(running);

        assertThat(core.idle()).isTrue();
        assertThat(core.kvUsage()).isZero();
        assertThat(core.step()).isZero();
        assertThat(run(core, Requests.of(4, 1, 1, 2)).cachedTokens()).isEqualTo(32);
    }

    @Test
    void onlyBlocksThatWereScheduledShouldBeFound() {
        EngineCore core = core(SMALL);
        CoreRequest begun = Requests.of(1, 1, 1, 2, 3, 4, 5, 6);
        core.submit(begun);
        core.step();
        assertThat(core.lastPrefillTokens()).isEqualTo(64);

        core.cancel(begun);

        assertThat(run(core, Requests.of(1, 1, 1, 2, 3, 4, 5, 6)).cachedTokens())
                .isEqualTo(64);
    }
}
