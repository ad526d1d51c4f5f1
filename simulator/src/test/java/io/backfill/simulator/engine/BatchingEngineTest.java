package io.backfill.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.backfill.simulator.engine.EngineRefusedException.Reason;
import io.backfill.simulator.engine.EngineRequest.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchingEngineTest {
    private static final long FOR_EVER = Long.MAX_VALUE;
    private static final EngineParameters PARAMETERS = EngineParameters.H100_8B;

    /** So long that it is still running when the test checks it: 7 ms per token. */
    private static final EngineRequest ENDLESS = EngineRequest.of("m", 100, 100_000);

    @Test
    void tokensShouldComeWithTheStepsOfTheModel() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1)) {
            long started = System.nanoTime();
            try (Generation generation = engine.start(EngineRequest.of("m", 3200, 10))) {
                assertThat(generation.awaitTokens(1, FOR_EVER)).isTrue();
                assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(107));
                assertThat(generation.awaitTokens(10, FOR_EVER)).isTrue();
                assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(107 + 63));
            }
            TokenRecord tokens = engine.tokens("m");
            assertThat(tokens.firstToken().count()).isEqualTo(1);
            assertThat(tokens.firstToken().sum()).isGreaterThanOrEqualTo(.107);
            assertThat(tokens.interToken().count()).isEqualTo(9);
            assertThat(tokens.endToEnd().count()).isEqualTo(1);
            assertThat(tokens.promptTokens()).isEqualTo(3200);
            assertThat(tokens.generatedTokens()).isEqualTo(10);
        }
    }

    @Test
    void speedShouldShortenEverything() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1000)) {
            long started = System.nanoTime();
            // 20 s of simulated time
            try (Generation generation = engine.start(EngineRequest.of("m", 100, 2800))) {
                assertThat(generation.awaitTokens(2800, FOR_EVER)).isTrue();
            }
            assertThat(System.nanoTime() - started).isLessThan(TimeUnit.SECONDS.toNanos(15));
        }
    }

    @Test
    void awaitTokensShouldComeBackWhenItsTimeIsOver() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1);
                Generation generation = engine.start(ENDLESS)) {
            assertThat(generation.awaitTokens(100_000, 1_000_000)).isFalse();
        }
    }

    @Test
    void aGenerationThatIsClosedShouldLeaveTheBatch() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1)) {
            Generation generation = engine.start(ENDLESS);
            generation.awaitTokens(1, FOR_EVER);
            assertThat(engine.load("m").running()).isEqualTo(1);
            assertThat(engine.load("m").kvCacheUsage()).isPositive();

            generation.close();

            assertThat(engine.load("m")).isEqualTo(new EngineLoad(0, 0, 0));
        }
    }

    @Test
    void requestsBeyondTheBatchShouldBeReportedAsWaiting() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS.withMaxSequences(1), 1);
                Generation running = engine.start(ENDLESS);
                Generation waiting = engine.start(ENDLESS)) {
            await().until(() -> engine.load("m").waiting() == 1);
            assertThat(engine.load("m").running()).isEqualTo(1);
            assertThat(running.awaitTokens(1, FOR_EVER)).isTrue();
            assertThat(waiting.awaitTokens(1, 1)).isFalse();
        }
    }

    @Test
    void modelsShouldNotShareABatch() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS.withMaxSequences(1), 1);
                Generation one = engine.start(ENDLESS);
                Generation other = engine.start(EngineRequest.of("other", 10, 2))) {
            assertThat(other.awaitTokens(2, FOR_EVER)).isTrue();
            assertThat(one.awaitTokens(1, FOR_EVER)).isTrue();
            assertThat(engine.load("none").running()).isZero();
        }
    }

    @Test
    void refusedRequestsShouldLeaveNothingBehind() throws Exception {
        try (BatchingEngine engine =
                new BatchingEngine(PARAMETERS.withMaxSequences(1).withMaxQueued(1), 1)) {
            assertThat(refusal(engine, EngineRequest.of("m", 432_000, 1))).isEqualTo(Reason.TOO_LARGE);
            assertThat(refusal(engine, new EngineRequest("m", List.of(), 0))).isNull();
            Sequence sequence = new Sequence(PromptBlocks.NONE, 10, 5);
            assertThat(refusal(engine, new EngineRequest("m", List.of(sequence), 1)))
                    .isEqualTo(Reason.PRIORITY_IS_OFF);
            // two sequences do not fit into a queue of one, and then neither of them remains
            assertThat(refusal(engine, new EngineRequest("m", List.of(sequence, sequence), 0)))
                    .isEqualTo(Reason.QUEUE_IS_FULL);
            assertThat(refusal(engine, EngineRequest.of("m", 10, 1))).isNull();
        }
    }

    private static Reason refusal(BatchingEngine engine, EngineRequest request) throws Exception {
        try (Generation taken = engine.start(request)) {
            taken.awaitTokens(request.outputTokens(), FOR_EVER);
            return null;
        } catch (EngineRefusedException refused) {
            return refused.reason();
        }
    }

    @Test
    void laterSequencesShouldCountWhenTheEarlierOnesAreComplete() throws Exception {
        Sequence longer = new Sequence(PromptBlocks.NONE, 10, 20);
        Sequence shorter = new Sequence(PromptBlocks.NONE, 10, 3);
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 100);
                Generation generation = engine.start(new EngineRequest("m", List.of(longer, shorter), 0))) {
            assertThat(generation.awaitTokens(21, FOR_EVER)).isTrue();
            assertThat(engine.load("m").running()).isZero();
            assertThat(generation.awaitTokens(23, 0)).isTrue();
        }
    }

    @Test
    void promptsWithoutOutputShouldBeAwaitedWithZeroTokens() throws Exception {
        Sequence text = new Sequence(PromptBlocks.NONE, 3200, 0);
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1)) {
            long started = System.nanoTime();
            try (Generation generation = engine.start(new EngineRequest("m", List.of(text, text), 0))) {
                assertThat(generation.awaitTokens(0, FOR_EVER)).isTrue();
            }
            assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(207));
        }
    }

    @Test
    void manyThreadsShouldAllGetTheirTokens() throws Exception {
        byte[] prompt = new byte[640];
        PromptBlocks blocks = PromptBlocks.of(prompt, prompt.length, 16, 0);
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS.withMaxSequences(16), 500)) {
            List<CompletableFuture<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int output = 1 + i % 7;
                CompletableFuture<Integer> cached = new CompletableFuture<>();
                all.add(cached);
                Thread.ofVirtual().start(() -> {
                    EngineRequest request = new EngineRequest("m", List.of(new Sequence(blocks, 160, output)), 0);
                    try (Generation generation = engine.start(request)) {
                        generation.awaitTokens(output, FOR_EVER);
                        cached.complete(generation.cachedTokens());
                    } catch (Exception failed) {
                        cached.completeExceptionally(failed);
                    }
                });
            }
            long hits = 0;
            for (CompletableFuture<Integer> one : all) {
                hits += one.get();
            }
            // 9 of the 10 blocks, because at least one token is always computed; only the very first request finds
            // nothing
            assertThat(hits).isEqualTo(63 * 144);
            assertThat(engine.load("m")).isEqualTo(new EngineLoad(0, 0, 0));
            assertThat(engine.statistics("m").orElseThrow().cachedTokens()).isEqualTo(hits);
        }
    }

    @Test
    void anIdleLoopShouldWaitWithoutATimer() throws Exception {
        try (BatchingEngine engine = new BatchingEngine(PARAMETERS, 1)) {
            try (Generation generation = engine.start(EngineRequest.of("idle-test", 10, 2))) {
                generation.awaitTokens(2, FOR_EVER);
            }
            Thread loop = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("simulator-engine idle-test"))
                    .findAny()
                    .orElseThrow();
            await().until(() -> loop.getState() == Thread.State.WAITING);
            engine.close();
            await().until(() -> !loop.isAlive());
        }
    }

    @Test
    void closeShouldEndEveryWait() throws Exception {
        BatchingEngine engine = new BatchingEngine(PARAMETERS, 1);
        CompletableFuture<Boolean> waited = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Generation generation = engine.start(ENDLESS)) {
                waited.complete(generation.awaitTokens(100_000, FOR_EVER));
            } catch (Exception failed) {
                waited.completeExceptionally(failed);
            }
        });
        await().until(() -> engine.load("m").running() == 1);

        engine.close();

        assertThatThrownBy(waited::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        try (Generation late = engine.start(ENDLESS)) {
            assertThatThrownBy(() -> late.awaitTokens(1, FOR_EVER)).isInstanceOf(InterruptedException.class);
        }
    }
}
