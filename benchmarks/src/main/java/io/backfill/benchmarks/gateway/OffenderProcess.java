package io.backfill.benchmarks.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs {@link OffenderMain} in a separate JVM at nice 19. Not thread-safe. */
public final class OffenderProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader words;

    private OffenderProcess(Process process) {
        this.process = process;
        this.words = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts the process.
     *
     * @param arguments arguments of {@link OffenderMain} after server, header and tenant
     */
    public static OffenderProcess start(URI server, String tenantHeader, String tenant, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "nice",
                "-n",
                "19",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                OffenderMain.class.getName(),
                server.toString(),
                tenantHeader,
                tenant));
        command.addAll(List.of(arguments));
        return new OffenderProcess(
                ChildProcesses.start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)));
    }

    /** Waits until the process reports that it is under way. */
    public void awaitUnderWay() throws IOException {
        String word = words.readLine();
        if (!OffenderMain.UNDER_WAY.equals(word)) {
            throw new IOException("the offending client reported: " + word);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
