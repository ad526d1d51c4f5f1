package io.backfill.benchmarks.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs the program of the worker's image on this machine, for a cluster whose pods are processes. */
public final class WorkerProgram {
    /** For tests: starts with less processor time, but runs slower afterwards. */
    public static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");

    private WorkerProgram() {}

    /**
     * Returns the command with the flags of the image.
     *
     * @param home folder of the project, in which the worker has been built
     */
    public static List<String> command(Path home, List<String> moreFlags) {
        Path target = home.toAbsolutePath().normalize().resolve("worker/target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:+UseSerialGC", "-Xmx300m"));
        command.addAll(moreFlags);
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                jar(target) + ":" + target.resolve("lib") + "/*",
                "io.backfill.worker.WorkerMain"));
        return command;
    }

    private static Path jar(Path target) {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().matches("backfill-worker-[0-9].*\\.jar"))
                    .filter(file -> !file.getFileName().toString().endsWith("-tests.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the worker is not built: ./mvnw -pl worker -am package -DskipTests"));
        } catch (IOException e) {
            throw new UncheckedIOException("the worker is not built: ./mvnw -pl worker -am package -DskipTests", e);
        }
    }
}
