package io.backfill.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Short-lived, owner-only temporary files, for APIs that require a path. */
final class PodFiles {
    private PodFiles() {}

    /** Reads a file. */
    @FunctionalInterface
    interface Reading<T> {
        T of(Path file) throws IOException, PodFailure;
    }

    static <T> T reading(Path folder, String name, String text, Reading<T> reading) throws PodFailure {
        Path file = folder.resolve(name);
        try {
            try {
                Files.createFile(file, ownerOnly());
                Files.writeString(file, text, StandardCharsets.UTF_8);
                return reading.of(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new PodFailure(ExitCode.CONFIGURATION, name + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
