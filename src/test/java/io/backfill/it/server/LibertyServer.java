package io.backfill.it.server;

import io.backfill.benchmarks.gateway.FreePorts;
import io.backfill.benchmarks.gateway.GatewaySettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Backfill on an unmodified Open Liberty, installed as docs/liberty.md says, except that the folder of servers is outside of the
 * runtime, so that tests share the latter.
 */
final class LibertyServer {
    private static final String NAME = "backfill";

    private LibertyServer() {}

    /**
     * Unpacks the server into a folder of servers.
     *
     * @param user the folder, which must not contain a server yet
     */
    static GatewaySettings install(Path user, Path dataDir) {
        Path home = Path.of(System.getProperty("backfill.home", "../..")).toAbsolutePath();
        Path runtime = Path.of(System.getProperty("backfill.liberty", home + "/src/test/target/liberty/wlp"))
                .toAbsolutePath();
        unpack(
                home.resolve("ear-liberty/target/backfill-liberty.zip"),
                user.resolve("servers").resolve(NAME));
        // health is on the port of the API
        int port = FreePorts.take(1).getFirst();
        List<String> command = List.of("/bin/sh", runtime.resolve("bin/server").toString(), "run", NAME);
        return new GatewaySettings(
                command,
                dataDir,
                port,
                port,
                Map.of(
                        "WLP_USER_DIR", user.toAbsolutePath().toString(),
                        "JAVA_HOME", System.getProperty("java.home"),
                        "JVM_ARGS", GatewayProcess.QUICK_START));
    }

    private static void unpack(Path zip, Path folder) {
        try (ZipFile archive = new ZipFile(zip.toFile())) {
            for (Enumeration<? extends ZipEntry> entries = archive.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                Path target = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                Files.createDirectories(target.getParent());
                try (InputStream in = archive.getInputStream(entry)) {
                    Files.copy(in, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + zip, e);
        }
    }
}
