package io.backfill.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.simulator.engine.EngineParameters;
import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void parseShouldReadEveryFlag() {
        List<SimulatorOptions> replicas = CommandLine.parse(
                "--port",
                "9123",
                "--host=0.0.0.0",
                "--model",
                "a",
                "--model=b/c",
                "--any-model",
                "--latency",
                "lognormal:200ms:1",
                "--seed",
                "5",
                "--ledger-headers",
                "authorization,traceparent");

        assertThat(replicas)
                .containsExactly(new SimulatorOptions(
                        "0.0.0.0",
                        9123,
                        List.of("a", "b/c"),
                        true,
                        Latency.lognormal(Duration.ofMillis(200), 1),
                        Optional.empty(),
                        1,
                        5,
                        List.of("authorization", "traceparent")));
    }

    @Test
    void parseShouldServeTinySimOnPort9000WithoutFlags() {
        SimulatorOptions options = CommandLine.parse().getFirst();

        assertThat(options.port()).isEqualTo(9000);
        assertThat(options.host()).isEqualTo("127.0.0.1");
        assertThat(options.models()).containsExactly("tiny-sim");
        assertThat(options.latency()).isEqualTo(Latency.NONE);
    }

    @Test
    void parseShouldSayWhatIsWrong() {
        assertThatThrownBy(() -> CommandLine.parse("--prot", "1")).hasMessageContaining("--prot");
        assertThatThrownBy(() -> CommandLine.parse("--port")).hasMessageContaining("needs a value");
        assertThatThrownBy(() -> CommandLine.parse("--port", "web")).hasMessageContaining("web");
        assertThatThrownBy(() -> CommandLine.parse("--port", "70000")).hasMessageContaining("70000");
        assertThatThrownBy(() -> CommandLine.parse("--latency", "fast")).hasMessageContaining("fast");
    }

    @Test
    void parseShouldReadTheEngineAndItsParameters() {
        SimulatorOptions options = CommandLine.parse(
                        "--kv-blocks=9000",
                        "--engine",
                        "batching",
                        "--engine-parameters",
                        "h100-8b",
                        "--max-num-seqs=64",
                        "--max-num-batched-tokens=2048",
                        "--max-num-queued-reqs=100",
                        "--no-prefix-caching",
                        "--scheduling-policy=priority",
                        "--speed",
                        "2.5")
                .getFirst();

        assertThat(options.engine())
                .hasValue(EngineParameters.H100_8B
                        .withBlocks(9000)
                        .withMaxSequences(64)
                        .withMaxBatchedTokens(2048)
                        .withMaxQueued(100)
                        .withPrefixCaching(false)
                        .withPriorityScheduling(true));
        assertThat(options.speed()).isEqualTo(2.5);
    }

    @Test
    void parseShouldRefuseWrongEngines() {
        assertThatThrownBy(() -> CommandLine.parse("--kv-blocks=9000")).hasMessageContaining("--engine batching");
        assertThatThrownBy(() -> CommandLine.parse("--engine=fast")).hasMessageContaining("fast");
        assertThatThrownBy(() -> CommandLine.parse("--engine-parameters=tpu")).hasMessageContaining("h100-8b");
        assertThatThrownBy(() -> CommandLine.parse("--engine=batching", "--speed=0"))
                .hasMessageContaining("speed");
        assertThatThrownBy(() -> CommandLine.parse("--engine=batching", "--max-num-batched-tokens=100"))
                .hasMessageContaining("100");
    }

    @Test
    void parseShouldGiveEachReplicaAPort() {
        assertThat(CommandLine.parse("--replicas=3", "--port=9100"))
                .extracting(SimulatorOptions::port)
                .containsExactly(9100, 9101, 9102);
        assertThatThrownBy(() -> CommandLine.parse("--replicas=0")).hasMessageContaining("--replicas");
    }

    @Test
    void helpShouldNameEveryFaultKind() {
        assertThat(CommandLine.wantsHelp("--port", "1", "--help")).isTrue();
        for (FaultKind kind : FaultKind.values()) {
            assertThat(CommandLine.HELP).contains(kind.wireName());
        }
    }
}
