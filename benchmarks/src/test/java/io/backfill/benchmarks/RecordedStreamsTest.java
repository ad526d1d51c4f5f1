package io.backfill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.simulator.engine.EngineParameters;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares the model of a small CPU engine beside a streaming client with what a real vLLM did with the calls of a plain client. */
class RecordedStreamsTest {
    private final StreamingClientScene scene =
            new StreamingClientScene(EngineParameters.VLLM_CPU_TINY, new PrintStream(OutputStream.nullOutputStream()));

    @Test
    void batchesShouldBeAsFastAsBesideTheRealClient() {
        List<RecordedStreams> plain = RecordedStreams.read().stream()
                .filter(each -> each.source().equals("plain"))
                .toList();
        assertThat(plain).hasSizeGreaterThanOrEqualTo(7);
        for (RecordedStreams recorded : plain) {
            List<Measure> rows = recorded.beside("fixed " + recorded.inFlight(), scene.fixed(recorded.inFlight(), 2));
            assertThat(rows)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allSatisfy(row -> assertThat(row.ratio().orElseThrow())
                            .as(row.measure())
                            .isBetween(0.75, 1.25));
        }
    }
}
