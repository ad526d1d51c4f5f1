package io.backfill.it.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A virtual environment of Python with packages from PyPI, in a folder that a later run uses again. */
public final class PythonVenv {
    private static final Duration INSTALL = Duration.ofMinutes(10);

    private final Path folder;

    private PythonVenv(Path folder) {
        this.folder = folder;
    }

    /** What a program has written, and how it ended. */
    public record Result(int status, String output) {}

    /**
     * Returns an environment with these packages. Skips the test if this machine has no Python with module venv.
     *
     * @param packages with their versions, as pip expects them
     */
    public static PythonVenv with(Path folder, String... packages) {
        PythonVenv venv = new PythonVenv(folder.toAbsolutePath());
        if (!Files.isExecutable(venv.program("pip"))) {
            create(venv.folder);
        }
        Result installed = venv.run(
                "pip",
                INSTALL,
                Stream.concat(Stream.of("install", "--disable-pip-version-check"), Stream.of(packages))
                        .toArray(String[]::new));
        assertThat(installed.status()).as("pip install: %s", installed.output()).isZero();
        return venv;
    }

    private static void create(Path folder) {
        String missing = "Python 3.10 or later with the module venv is needed (on Debian: apt install python3-venv): ";
        try {
            Files.createDirectories(folder);
            Result created = run(INSTALL, folder, Map.of(), List.of("python3", "-m", "venv", folder.toString()));
            assumeTrue(created.status() == 0, () -> missing + created.output());
        } catch (IOException noPython) {
            assumeTrue(false, missing + noPython.getMessage());
        }
    }

    /** Runs a program of the environment in its folder. Fails if it has not ended in time. */
    public Result run(String program, Duration limit, String... arguments) {
        return run(program, limit, Map.of(), arguments);
    }

    /** Runs a program in the same way, with further environment variables. */
    public Result run(String program, Duration limit, Map<String, String> variables, String... arguments) {
        try {
            return run(
                    limit,
                    folder,
                    variables,
                    Stream.concat(Stream.of(program(program).toString()), Stream.of(arguments))
                            .toList());
        } catch (IOException cannotStart) {
            throw new UncheckedIOException(cannotStart);
        }
    }

    private Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    private static Result run(Duration limit, Path folder, Map<String, String> variables, List<String> command)
            throws IOException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            String text = Files.readString(output);
            assertThat(ended)
                    .as("%s should end within %s: %s", command, limit, text)
                    .isTrue();
            return new Result(process.exitValue(), text);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }
}
