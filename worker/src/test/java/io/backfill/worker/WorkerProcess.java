package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The worker on this machine, started as its image starts it. */
final class WorkerProcess implements AutoCloseable {
    static final List<String> FRUGAL = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final Path IMAGE = Path.of("../k8s/images/Containerfile.worker");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path out;
    private final Path errors;

    private WorkerProcess(Process process, Path out, Path errors) {
        this.process = process;
        this.out = out;
        this.errors = errors;
    }

    /** Returns {@link #FRUGAL}, limited to the modules of the JDK that are in the image. */
    static List<String> asInTheImage() throws IOException {
        List<String> modules = Files.readAllLines(IMAGE).stream()
                .filter(line -> line.startsWith("ARG MODULES="))
                .map(line -> line.substring("ARG MODULES=".length()))
                .toList();
        assertThat(modules).as("modules in %s", IMAGE).hasSize(1);
        List<String> flags = new ArrayList<>(FRUGAL);
        flags.addAll(List.of("--limit-modules", modules.getFirst()));
        return flags;
    }

    /** Starts the worker with only the variables in {@code environment}. */
    static WorkerProcess start(Path folder, Map<String, String> environment) throws IOException {
        return start(folder, environment, FRUGAL);
    }

    static WorkerProcess start(Path folder, Map<String, String> environment, List<String> flags) throws IOException {
        Path tmp = Files.createTempDirectory(folder, "tmp-of-pod");
        Path out = Files.createTempFile(folder, "pod", ".out");
        Path errors = Files.createTempFile(folder, "pod", ".err");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-Djava.io.tmpdir=" + tmp,
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new WorkerProcess(builder.start(), out, errors);
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits until the process ends, and returns its exit status. */
    int exit() throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s", this).isTrue();
        return process.exitValue();
    }

    /** Returns the lines of the log, each of which must be an object. */
    List<JsonNode> log() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            JsonNode object = JSON.readTree(line);
            assertThat(object.isObject()).as(line).isTrue();
            lines.add(object);
        }
        return lines;
    }

    String lastMessage() throws IOException {
        return log().getLast().get("message").asText();
    }

    String errors() throws IOException {
        return Files.readString(errors);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        try {
            return Files.readString(out) + Files.readString(errors);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
