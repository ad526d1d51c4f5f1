package io.backfill.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.simulator.engine.Latency;
import io.backfill.simulator.faults.FaultKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void parseShouldReadEveryFlag() {
        SimulatorOptions options = CommandLine.parse(
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

        assertThat(options)
                .isEqualTo(new SimulatorOptions(
                        "0.0.0.0",
                        9123,
                        List.of("a", "b/c"),
                        true,
                        Latency.lognormal(Duration.ofMillis(200), 1),
                        5,
                        List.of("authorization", "traceparent")));
    }

    @Test
    void parseShouldServeTinySimOnPort9000WithoutFlags() {
        SimulatorOptions options = CommandLine.parse();

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
    void helpShouldNameEveryFaultKind() {
        assertThat(CommandLine.wantsHelp("--port", "1", "--help")).isTrue();
        for (FaultKind kind : FaultKind.values()) {
            assertThat(CommandLine.HELP).contains(kind.wireName());
        }
    }
}
