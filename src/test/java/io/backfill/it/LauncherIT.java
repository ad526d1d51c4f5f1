package io.backfill.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The messages of {@code ./backfill} for requests that it cannot fulfill. */
class LauncherIT {
    private static final int REFUSED = 2;
    private static final int USAGE = 64;

    private record Run(int status, String said) {}

    private static Run launch(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("backfill.home"), "backfill").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), said);
    }

    @Test
    void helpShouldListTheCommands() throws Exception {
        Run run = launch(Map.of(), "--help");
        assertThat(run.status()).isZero();
        assertThat(run.said()).contains("demo", "serve", "simulate", "bench");
    }

    @Test
    void unknownCommandShouldShowTheHelp() throws Exception {
        Run run = launch(Map.of(), "sevre");
        assertThat(run.status()).isEqualTo(USAGE);
        assertThat(run.said()).contains("unknown command 'sevre'", "usage:");
    }

    @Test
    void unknownProfileShouldBeRefusedWithTheList() throws Exception {
        Run run = launch(Map.of(), "serve", "--profile", "laptop");
        assertThat(run.status()).isEqualTo(USAGE);
        assertThat(run.said()).contains("'laptop'", "local, single and cluster");
    }

    @Test
    void serveShouldSayWhichPortIsTakenAndHowToChooseAnother() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            for (String command : List.of("serve", "demo")) {
                Run run = launch(Map.of("BACKFILL_HTTP_PORT", port), command);
                assertThat(run.status()).isEqualTo(REFUSED);
                assertThat(run.said()).contains("port " + port, "is taken", "BACKFILL_HTTP_PORT=");
            }
            Run run = launch(Map.of("BACKFILL_HTTP_PORT", "0", "BACKFILL_MANAGEMENT_PORT", port), "serve");
            assertThat(run.said()).contains("port " + port, "BACKFILL_MANAGEMENT_PORT=");
        }
    }

    @Test
    void graceThatIsNoDurationShouldBeRefused() throws Exception {
        Run run = launch(Map.of("BACKFILL_SHUTDOWN_GRACE", "soon"), "serve");
        assertThat(run.status()).isEqualTo(USAGE);
        assertThat(run.said()).contains("BACKFILL_SHUTDOWN_GRACE", "'soon'");
    }
}
