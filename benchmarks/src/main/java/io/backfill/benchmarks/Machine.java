package io.backfill.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Describes the machine on which a result was measured. */
final class Machine {
    private static final long KIB_PER_GIB = 1 << 20;

    private Machine() {}

    /** Returns a description such as {@code 2 cores, 23 GiB, Linux amd64, Java 25.0.3}. */
    static String describe() {
        String memory = kibibytes(Path.of("/proc/meminfo"), "MemTotal:").stream()
                .mapToObj(kib -> (kib / KIB_PER_GIB) + " GiB, ")
                .findFirst()
                .orElse("");
        return Runtime.getRuntime().availableProcessors() + " cores, " + memory + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + ", Java " + System.getProperty("java.version");
    }

    /** Returns the checked-out commit, with {@code -dirty} if there are local changes; {@code unknown} if git is not available. */
    static String commit(Path home) {
        try {
            Process git = new ProcessBuilder("git", "-C", home.toString(), "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit =
                    new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 && !commit.isEmpty() ? commit : "unknown";
        } catch (IOException noGit) {
            return "unknown";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    /** Returns the peak resident set of a process in KiB; empty on platforms without {@code /proc}. */
    static OptionalLong peakResidentKib(long pid) {
        return kibibytes(Path.of("/proc/" + pid + "/status"), "VmHWM:");
    }

    private static OptionalLong kibibytes(Path file, String label) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(label))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException notLinux) {
            return OptionalLong.empty();
        }
    }
}
