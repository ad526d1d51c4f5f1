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
 * The server's classes as the JVM keeps them in memory, written by a server that ran for nothing else: with it each of the many
 * servers of these tests starts with a quarter less processor time. The JVM leaves out of it what is not as it was.
 */
final class ClassArchive {
    private ClassArchive() {}

    /** The archive for a server, beside its folder; made now unless an earlier test, or one in another process, did. */
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
