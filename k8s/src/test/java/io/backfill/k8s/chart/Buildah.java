package io.backfill.k8s.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Builds and runs images without a daemon, with all data in one folder. */
final class Buildah {
    private final Path folder;
    private final Path policy;

    Buildah(Path folder) throws IOException {
        this.folder = folder;
        this.policy = folder.resolve("policy.json");
        Files.writeString(policy, "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
    }

    /** Returns whether buildah is installed and can be used: chroot isolation requires root. */
    static boolean isUsable() {
        try {
            return run(Path.of("."), List.of("buildah", "--version")).status() == 0
                    && "0"
                            .equals(run(Path.of("."), List.of("id", "-u"))
                                    .output()
                                    .strip());
        } catch (IOException e) {
            return false;
        }
    }

    void build(String name, Path recipe, Path context, String... arguments) throws IOException {
        List<String> command =
                command("bud", "--isolation", "chroot", "--signature-policy", policy.toString(), "--pull=never");
        for (String argument : arguments) {
            command.add("--build-arg");
            command.add(argument);
        }
        command.addAll(List.of(
                "-q", "-t", "localhost/" + name, "-f", recipe.toAbsolutePath().toString(), context.toString()));
        succeed(command);
    }

    String container(String name) throws IOException {
        return succeed(command("from", "--pull-never", "--signature-policy", policy.toString(), "localhost/" + name))
                .strip();
    }

    Path root(String container) throws IOException {
        return Path.of(succeed(command("mount", container)).strip());
    }

    String config(String name, String template) throws IOException {
        return succeed(command("inspect", "--type", "image", "--format", template, "localhost/" + name))
                .strip();
    }

    String run(String container, String user, String... words) throws IOException {
        List<String> command = command("run", "--isolation", "chroot", "--user", user, container);
        command.addAll(List.of(words));
        return succeed(command);
    }

    private List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                "buildah",
                "--storage-driver",
                "vfs",
                "--root",
                folder.resolve("storage").toString(),
                "--runroot",
                folder.resolve("run").toString()));
        command.addAll(List.of(words));
        return command;
    }

    private String succeed(List<String> command) throws IOException {
        Result result = run(folder, command);
        if (result.status() != 0) {
            throw new IOException(
                    String.join(" ", command) + " ended with " + result.status() + ":\n" + result.output());
        }
        return result.output();
    }

    record Result(int status, String output) {}

    static Result run(Path folder, List<String> command) throws IOException {
        Path output = Files.createTempFile("output", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("no end of " + command);
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.delete(output);
        }
    }
}
