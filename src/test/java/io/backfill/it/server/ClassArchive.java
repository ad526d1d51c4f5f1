package io.backfill.it.server;

import io.backfill.benchmarks.gateway.GatewayServer;
import io.backfill.benchmarks.gateway.GatewaySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * An archive of the server's classes as the JVM keeps them in memory (CDS), written by a server that is started only for this
 * purpose. With it, each of the many servers of these tests needs a quarter less processor time to start. The JVM ignores classes
 * in it that have changed.
 */
final class ClassArchive {
    private ClassArchive() {}

    /**
     * Returns the archive for a server, which is beside its folder. Writes it first, unless an earlier test or another process has
     * done so.
     */
    static Path of(Path home, Path server) {
        Path folder = server.toAbsolutePath().normalize();
        Path archive = folder.resolveSibling(folder.getFileName() + ".jsa");
        try (FileChannel oneAtATime = FileChannel.open(
                        folder.resolveSibling(folder.getFileName() + ".jsa.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                var lock = oneAtATime.lock()) {
            if (!isOf(folder, archive)) {
                write(home, folder, archive);
            }
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException("no class archive for " + folder, e);
        }
    }

    private static boolean isOf(Path server, Path archive) throws IOException {
        Path application = server.resolve("standalone/deployments/backfill.ear");
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(application)) > 0;
    }

    private static void write(Path home, Path server, Path archive) throws IOException {
        Path data = Files.createTempDirectory("class-archive");
        Path half = archive.resolveSibling(archive.getFileName() + ".half");
        GatewaySettings settings = GatewaySettings.onFreePorts(home, data)
                .with("BACKFILL_SERVER_DIR", server.toString())
                .with("BACKFILL_JAVA_OPTS", GatewayProcess.QUICK_START + " -XX:ArchiveClassesAtExit=" + half);
        try (GatewayServer gateway = GatewayServer.start(settings)) {
            gateway.terminate();
        }
        Files.move(half, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
