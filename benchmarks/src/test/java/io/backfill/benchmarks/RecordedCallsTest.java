package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.engine.EngineParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the model of a small CPU engine with what a real vLLM did with the same calls. */
class RecordedCallsTest {
    private static final double TOLERANCE = 0.25;

    static Stream<RecordedTable.Row> recorded() {
        return RecordedTable.read("vllm-cpu-tiny-calls.csv").stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theModelShouldTakeAsLongAsTheRealEngine(RecordedTable.Row row) {
        int calls = (int) row.number("calls");
        SharedEngine engine = new SharedEngine(EngineParameters.VLLM_CPU_TINY, EngineUsers.none());

        SharedEngine.Result result =
                engine.runToTheEnd(prompts(row, calls).iterator(), BatchControl.fixed((int) row.number("in-flight")));

        assertThat(result.seconds() / row.number("seconds"))
                .as("seconds for all calls, of the recorded")
                .isBetween(1 - TOLERANCE, 1 + TOLERANCE);
        assertThat(result.callSeconds() / row.number("mean-seconds"))
                .as("mean seconds of a call, of the recorded")
                .isBetween(1 - TOLERANCE, 1 + TOLERANCE);
    }

    private static List<PromptWorkload.Prompt> prompts(RecordedTable.Row row, int calls) {
        Random random = new Random(1);
        int least = (int) row.number("least-prompt-tokens");
        int most = (int) row.number("most-prompt-tokens");
        List<PromptWorkload.Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            int tokens = least + random.nextInt(most - least + 1);
            prompts.add(new PromptWorkload.Prompt(
                    i, List.of(new PromptWorkload.Segment(7_000_000 + i, tokens, false)), (int)
                            row.number("output-tokens")));
        }
        return prompts;
    }
}
