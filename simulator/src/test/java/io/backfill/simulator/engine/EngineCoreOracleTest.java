package io.backfill.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Compares the fast engine with the naive one, on random workloads seeded by the number of the repetition. */
class EngineCoreOracleTest {
    private record Pair(CoreRequest fast, NaiveEngine.Request naive) {}

    @RepeatedTest(120)
    void everyRequestAndEveryStepShouldBeAsInTheNaiveEngine(RepetitionInfo run) {
        Random random = new Random(new SplittableRandom(run.getCurrentRepetition()).nextLong());
        EngineParameters parameters = parameters(random);
        EngineCore fast = new EngineCore(parameters, new EngineCore.Listener() {});
        NaiveEngine naive = new NaiveEngine(parameters);
        List<Pair> pairs = new ArrayList<>();
        int inFlight = 1 + random.nextInt(30);
        int families = 1 + random.nextInt(20);
        boolean cancels = random.nextInt(3) == 0;
        long hits = 0;
        while (pairs.size() < 400 || !naive.idle()) {
            while (pairs.size() < 400 && naive.running() + naive.waiting() < inFlight) {
                Pair pair = request(random, families, parameters);
                pairs.add(pair);
                assertThat(fast.submit(pair.fast)).isTrue();
                naive.submit(pair.naive);
            }
            if (cancels && random.nextInt(4) == 0) {
                Pair gone = pairs.get(random.nextInt(pairs.size()));
                fast.cancel(gone.fast);
                naive.cancel(gone.naive);
            }
            assertThat(fast.step()).isEqualTo(naive.idle() ? 0 : naive.step());
            naive.check();
            assertThat(fast.running()).isEqualTo(naive.running());
            assertThat(fast.waiting()).isEqualTo(naive.waiting());
            assertThat(fast.kvUsage()).isEqualTo(naive.usage());
            assertThat(fast.preemptions()).isEqualTo(naive.preemptions);
        }
        for (Pair pair : pairs) {
            assertThat(pair.fast.cachedTokens()).isEqualTo(Math.max(0, pair.naive.cached));
            assertThat(pair.fast.generated()).isEqualTo(pair.naive.generated);
            hits += pair.fast.cachedTokens();
        }
        assertThat(fast.cachedTokens()).isEqualTo(hits);
        assertThat(fast.idle()).isTrue();
        assertThat(fast.kvUsage()).isZero();
    }

    private static EngineParameters parameters(Random random) {
        int sequences = 1 + random.nextInt(20);
        return EngineParameters.H100_8B
                .withMaxSequences(sequences)
                .withMaxBatchedTokens(Math.max(sequences, 16 + random.nextInt(400)))
                .withBlocks(20 + random.nextInt(200))
                .withTimes(new StepTimes(.004, 7_000, 1e7, 1000, 1e9, 2e-4))
                .withPrefixCaching(random.nextInt(10) > 0)
                .withPriorityScheduling(random.nextInt(3) == 0);
    }

    /**
     * Returns a request with a long or short prompt of one of a few families. Some prompts repeat another prompt completely, block
     * by block.
     */
    private static Pair request(Random random, int families, EngineParameters parameters) {
        int length = 1 + random.nextInt(Math.min(14, parameters.blocks() - 4));
        int shared = random.nextInt(length + 1);
        int family = random.nextInt(families);
        int[] content = new int[length];
        for (int i = 0; i < length; i++) {
            content[i] = i < shared ? family : 1000 + random.nextInt(random.nextBoolean() ? 3 : 1 << 20);
        }
        int prompt = 16 * length + (random.nextBoolean() ? 0 : random.nextInt(16));
        int output = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(30);
        int priority = parameters.priorityScheduling() ? random.nextInt(4) - 1 : 0;
        long[] hashes = Requests.chain(content);
        return new Pair(
                new CoreRequest(hashes, prompt, output, priority, ""),
                new NaiveEngine.Request(hashes, prompt, output, priority));
    }
}
