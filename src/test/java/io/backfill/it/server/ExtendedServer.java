package io.backfill.it.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A copy of the provisioned server whose application has one more library. */
public final class ExtendedServer {
    private static final String APPLICATION = "standalone/deployments/backfill.ear";

    private ExtendedServer() {}

    /** Writes the copy to {@code target}, which does not exist yet, with a library {@code lib/extension.jar} of these classes. */
    public static Path in(Path target, List<Class<?>> beans) throws IOException {
        Path server = GatewayProcess.serverFolder().toAbsolutePath().normalize();
        try (Stream<Path> files = Files.walk(server)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = target.resolve(server.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
        Path jar = jar(target.resolve("extension.jar"), beans);
        try (FileSystem ear = FileSystems.newFileSystem(target.resolve(APPLICATION), Map.of("noCompression", "true"))) {
            Files.copy(jar, ear.getPath("lib/extension.jar"));
        }
        return target;
    }

    private static Path jar(Path file, List<Class<?>> beans) throws IOException {
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new JarEntry("META-INF/beans.xml"));
            jar.write(
                    "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"annotated\"/>"
                            .getBytes(StandardCharsets.UTF_8));
            for (Class<?> bean : beans) {
                String name = bean.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (var bytes = bean.getResourceAsStream("/" + name)) {
                    bytes.transferTo(jar);
                }
            }
        }
        return file;
    }
}
