package io.backfill.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.ids.BatchId;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.SeededIds;
import io.backfill.testing.SeededRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PlanRangesTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final BatchId BATCH = SeededIds.batch(1);

    private final MemoryFileStore store = new MemoryFileStore();
    /** Messages of each line, indexed by line number minus 1. */
    private final List<String> messages = new ArrayList<>();

    @RepeatedTest(value = 300, failureThreshold = 1)
    void everyUndoneEntryShouldBeDealtOnceWhateverTheInterleaving(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ModelPlan plan = random(random, random.nextInt(1, 1500));
        BitSet done = done(random, plan.entries());
        int lanes = random.nextInt(1, 9);
        List<PlanEntry> undone =
                entries(plan).stream().filter(entry -> !done.get(entry.index())).toList();
        try (PlanRanges ranges = PlanRanges.open(store, plan, lanes, done, random.nextInt(3) * 100)) {
            assertThat(ranges.freshTokens())
                    .isEqualTo(undone.stream().mapToLong(PlanEntry::freshTokens).sum());
            assertThat(ranges.plannedOutput())
                    .isEqualTo(
                            undone.stream().mapToLong(EntryCost::plannedOutput).sum());
            List<PlanEntry> dealt = new ArrayList<>();
            int busiest = random.nextInt(lanes);
            while (!ranges.exhausted()) {
                int lane = random.nextBoolean() ? busiest : random.nextInt(lanes);
                // a lane is never idle while entries remain
                dealt.add(ranges.next(lane).orElseThrow());
            }
            for (int lane = 0; lane < lanes; lane++) {
                assertThat(ranges.next(lane)).isEmpty();
            }
            assertThat(dealt).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(undone);
        }
    }

    /** Some lanes may take over nothing, or one entry at a time. All entries are dealt even so. */
    @RepeatedTest(value = 100, failureThreshold = 1)
    void everyUndoneEntryShouldBeDealtThoughSomeLanesTakeLittleOver(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ModelPlan plan = random(random, random.nextInt(1, 1500));
        BitSet done = done(random, plan.entries());
        int lanes = random.nextInt(1, 9);
        List<PlanEntry> undone =
                entries(plan).stream().filter(entry -> !done.get(entry.index())).toList();
        try (PlanRanges ranges = PlanRanges.open(store, plan, lanes, done, random.nextInt(3) * 100)) {
            List<PlanEntry> dealt = new ArrayList<>();
            while (!ranges.exhausted()) {
                PlanRanges.TakeOver much = PlanRanges.TakeOver.values()[random.nextInt(3)];
                int lane = random.nextInt(lanes);
                boolean idle = !ranges.hasOwn(lane);
                Optional<PlanEntry> next = ranges.next(lane, () -> much);
                next.ifPresent(dealt::add);
                if (idle) {
                    assertThat(next.isEmpty()).isEqualTo(much == PlanRanges.TakeOver.NOTHING);
                    assertThat(ranges.hasOwn(lane) && much == PlanRanges.TakeOver.ONE)
                            .isFalse();
                }
            }
            assertThat(dealt).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(undone);
        }
    }

    @RepeatedTest(value = 50, failureThreshold = 1)
    void oneLaneShouldWalkThePlanInItsOrder(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ModelPlan plan = random(random, random.nextInt(1, 1500));
        BitSet done = done(random, plan.entries());
        try (PlanRanges ranges = PlanRanges.open(store, plan, 1, done, 0)) {
            List<Integer> places = new ArrayList<>();
            for (Optional<PlanEntry> next = ranges.next(0); next.isPresent(); next = ranges.next(0)) {
                places.add(next.get().index());
            }
            assertThat(places)
                    .isEqualTo(IntStream.range(0, plan.entries())
                            .filter(place -> !done.get(place))
                            .boxed()
                            .toList());
        }
    }

    @RepeatedTest(value = 50, failureThreshold = 1)
    void lanesShouldBeginWithEqualShareOfTheCost(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ModelPlan plan = random(random, random.nextInt(500, 1500));
        BitSet done = done(random, plan.entries() / 2);
        int lanes = random.nextInt(2, 9);
        List<PlanEntry> entries = entries(plan);
        List<Integer> starts = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            try (PlanRanges ranges = PlanRanges.open(store, plan, lanes, done, 0)) {
                starts.add(ranges.next(lane).orElseThrow().index());
            }
        }
        assertThat(starts).isSorted();
        starts.add(entries.size());
        long[] costs = new long[lanes];
        long dearest = 0;
        long total = 0;
        for (int lane = 0; lane < lanes; lane++) {
            for (PlanEntry entry : entries.subList(starts.get(lane), starts.get(lane + 1))) {
                long cost = done.get(entry.index()) ? 0 : EntryCost.of(entry);
                costs[lane] += cost;
                total += cost;
                dearest = Math.max(dearest, cost);
            }
        }
        for (long cost : costs) {
            assertThat((double) cost)
                    .isBetween((double) total / lanes - dearest - lanes, (double) total / lanes + dearest + lanes);
        }
    }

    /** Each cut causes at most one path of the prefix tree to be computed a second time. */
    @RepeatedTest(value = 100, failureThreshold = 1)
    void everyCutShouldCostOnePathOfTheTreeAtMost(RepetitionInfo run) throws IOException {
        Random random = SeededRandom.of(run);
        ModelPlan plan = random(random, random.nextInt(1, 400));
        NaivePrefixTree tree = new NaivePrefixTree();
        messages.forEach(text -> tree.add("", text.getBytes(StandardCharsets.UTF_8)));
        int lanes = random.nextInt(1, 9);
        List<List<PlanEntry>> dealt = Stream.generate(() -> (List<PlanEntry>) new ArrayList<PlanEntry>())
                .limit(lanes)
                .toList();
        try (PlanRanges ranges = PlanRanges.open(store, plan, lanes, new BitSet(), 0)) {
            while (!ranges.exhausted()) {
                int lane = random.nextInt(lanes);
                dealt.get(lane).add(ranges.next(lane).orElseThrow());
            }
        }
        int computed = 0;
        int cuts = -1;
        for (List<PlanEntry> lane : dealt) {
            Set<String> cache = new HashSet<>();
            int before = -2;
            for (PlanEntry entry : lane) {
                cache.addAll(tree.blocks(entry.line() - 1));
                cuts += entry.index() == before + 1 ? 0 : 1;
                before = entry.index();
            }
            computed += cache.size();
        }

        assertThat(computed - tree.uniqueBlocks()).isBetween(0, cuts * tree.depth());
    }

    @Test
    void aLaneWithoutWorkShouldTakeTheFarHalfOfTheLongestRange() throws IOException {
        ModelPlan plan = plan(IntStream.range(0, 1000).mapToObj(i -> body("[]", 10)));
        try (PlanRanges ranges = PlanRanges.open(store, plan, 2, new BitSet(), 0)) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                places.add(ranges.next(1).orElseThrow().index());
            }
            assertThat(places.subList(0, 500))
                    .isEqualTo(IntStream.range(500, 1000).boxed().toList());
            assertThat(places.subList(500, 750))
                    .isEqualTo(IntStream.range(250, 500).boxed().toList());
            assertThat(places.subList(750, 875))
                    .isEqualTo(IntStream.range(125, 250).boxed().toList());
            assertThat(places.getLast()).isZero();
            assertThat(ranges.exhausted()).isTrue();
        }
    }

    @Test
    void theTailShouldBeDealtLongestAnswersFirstInStepsOfPowersOfTwo() throws IOException {
        int[] output = {5, 100, 100, 1000, 10, 3000, 70, 100, 120, 9, 2100};
        ModelPlan plan = plan(IntStream.of(output).mapToObj(tokens -> body("[]", tokens)));
        try (PlanRanges ranges = PlanRanges.open(store, plan, 1, new BitSet(), 8)) {
            List<Integer> dealt = new ArrayList<>();
            while (!ranges.exhausted()) {
                dealt.add(ranges.next(0).orElseThrow().maxTokens());
            }
            assertThat(dealt).containsExactly(5, 100, 100, 3000, 2100, 1000, 70, 100, 120, 10, 9);
        }
    }

    @Test
    void aTailOfEqualLinesShouldKeepItsOrder() throws IOException {
        ModelPlan plan = plan(IntStream.range(0, 300).mapToObj(i -> body("[]", 100)));
        try (PlanRanges ranges = PlanRanges.open(store, plan, 1, new BitSet(), 4096)) {
            List<Integer> places = new ArrayList<>();
            while (!ranges.exhausted()) {
                places.add(ranges.next(0).orElseThrow().index());
            }
            assertThat(places).isSorted().hasSize(300);
        }
    }

    @Test
    void aPlanThatIsDoneShouldBeExhaustedAtOnce() throws IOException {
        ModelPlan plan = plan(Stream.of(body("[]", 1), body("[]", 1)));
        BitSet done = new BitSet();
        done.set(0, 2);
        try (PlanRanges ranges = PlanRanges.open(store, plan, 3, done, 10)) {
            assertThat(ranges.exhausted()).isTrue();
            assertThat(ranges.next(2)).isEmpty();
            assertThat(ranges.freshTokens()).isZero();
            assertThat(ranges.plannedOutput()).isZero();
        }
    }

    @Test
    void aPlanOfTheWrongSizeShouldNotBeRead() throws IOException {
        ModelPlan plan = plan(Stream.of(body("[]", 1), body("[]", 1)));
        store.append(plan.key(), new byte[1]);

        assertThatThrownBy(() -> PlanRanges.open(store, plan, 1, new BitSet(), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("81 bytes, which is not 2 entries");
    }

    private ModelPlan random(Random random, int lines) throws IOException {
        RandomPrompts prompts = new RandomPrompts(random);
        List<String> bodies = new ArrayList<>();
        for (byte[] prompt : prompts.list(lines)) {
            String text = new String(prompt, StandardCharsets.ISO_8859_1).replaceAll("[^a-z]", "z");
            bodies.add(body("[\"" + text + "\"]", random.nextInt(3) == 0 ? 0 : 1 << random.nextInt(12)));
        }
        return plan(bodies.stream());
    }

    private static BitSet done(Random random, int entries) {
        BitSet done = new BitSet();
        int share = random.nextInt(4);
        for (int i = 0; i < entries; i++) {
            done.set(i, random.nextInt(4) < share);
        }
        if (entries > 10 && random.nextBoolean()) {
            done.set(entries / 4, entries / 2);
        }
        return done;
    }

    private String body(String text, int maxTokens) {
        messages.add(text);
        return "{\"model\":\"m\"," + (maxTokens > 0 ? "\"max_tokens\":" + maxTokens + "," : "") + "\"messages\":" + text
                + "}";
    }

    private ModelPlan plan(Stream<String> bodies) throws IOException {
        StringBuilder input = new StringBuilder();
        bodies.forEach(body -> input.append("{\"custom_id\":\"")
                .append(input.length())
                .append("\",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":")
                .append(body)
                .append("}\n"));
        store.put("files/input", input.toString());
        Planner planner = new Planner(store, PlanConfig.DEFAULT, CHAT::equals, model -> true);
        PlanResult result = planner.plan(BATCH, CHAT, "files/input", PlanOrder.PREFIX, () -> false);
        return ((PlanResult.Planned) result).manifest().models().getFirst();
    }

    private List<PlanEntry> entries(ModelPlan plan) throws IOException {
        List<PlanEntry> entries = new ArrayList<>();
        try (PlanCursor cursor = PlanCursor.open(store, plan)) {
            for (Optional<PlanEntry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
                entries.add(entry.get());
            }
        }
        return entries;
    }
}
