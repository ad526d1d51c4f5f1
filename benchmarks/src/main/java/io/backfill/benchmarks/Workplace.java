package io.backfill.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The working environment of a benchmark: the project, and a scratch folder on the same disk that is deleted afterwards.
 *
 * @param out for progress messages
 */
record Workplace(Path home, Path scratch, PrintStream out) implements AutoCloseable {
    static Workplace open(Path home, PrintStream out) throws IOException {
        Path folder = Files.createDirectories(home.resolve("benchmarks/target/work"));
        return new Workplace(home, Files.createTempDirectory(folder, "bench-"), out);
    }

    /** Creates a new, empty folder. */
    Path folder(String name) throws IOException {
        Path folder = scratch.resolve(name);
        deleteAll(folder);
        return Files.createDirectories(folder);
    }

    @Override
    public void close() {
        deleteAll(scratch);
    }

    private static void deleteAll(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                @SuppressWarnings("NullAway") // contract of the visitor: null means success
                public FileVisitResult postVisitDirectory(Path visited, IOException problem) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException leftOver) {
            throw new UncheckedIOException("cannot remove " + folder, leftOver);
        }
    }
}
