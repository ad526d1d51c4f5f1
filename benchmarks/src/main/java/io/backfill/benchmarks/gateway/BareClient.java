package io.backfill.benchmarks.gateway;

import io.backfill.benchmarks.bare.BareClientMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs {@link BareClientMain} in a separate JVM with the same heap as the launcher gives the gateway. Not thread-safe. */
public final class BareClient implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private BareClient(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts the client and waits until it has read the file and connected.
     *
     * @param lines requests whose bodies it sends
     * @param threads number of concurrent calls
     * @param library name of the HTTP library, {@code HTTPCORE} or {@code HTTPCLIENT}
     */
    public static BareClient start(String server, String path, Path lines, int threads, String library)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms1g",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareClientMain.class.getName(),
                        server,
                        path,
                        lines.toString(),
                        Integer.toString(threads),
                        library))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        BareClient client = new BareClient(ChildProcesses.start(builder));
        client.awaitDone();
        return client;
    }

    /** Sends every body once. Returns after the last answer. */
    public void sendAll() throws IOException {
        OutputStream orders = process.getOutputStream();
        orders.write("go\n".getBytes(StandardCharsets.UTF_8));
        orders.flush();
        awaitDone();
    }

    private void awaitDone() throws IOException {
        String answer = answers.readLine();
        if (!BareClientMain.DONE.equals(answer)) {
            throw new IOException("the bare client reported: " + answer);
        }
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
