import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.jandex.IndexWriter;
import org.jboss.jandex.Indexer;

/**
 * Adds an empty annotation index to the libraries of an EAR that have no annotations for the server. The server trusts the index
 * instead of reading each of their classes at every start, which took a fifth of the processor time of a start. The empty index also
 * replaces the long indexes of some libraries. Libraries whose annotations matter, those of Backfill and of the metrics, are not
 * changed.
 *
 * <p>Arguments: the EAR, and the modification time of new entries in ISO-8601 format.
 */
final class WithoutAnnotations {
    private static final List<String> COUNT = List.of("backfill-", "smallrye-metrics-", "microprofile-metrics-");

    private WithoutAnnotations() {}

    public static void main(String[] arguments) throws IOException {
        FileTime time = FileTime.from(java.time.Instant.parse(arguments[1]));
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        new IndexWriter(index).write(new Indexer().complete());
        // the libraries are already compressed
        URI ear = URI.create("jar:" + Path.of(arguments[0]).toUri());
        try (FileSystem entries = FileSystems.newFileSystem(ear, Map.of("compressionMethod", "STORED"));
                Stream<Path> libraries = Files.list(entries.getPath("lib"))) {
            for (Path library : libraries.toList()) {
                if (COUNT.stream().noneMatch(library.getFileName().toString()::startsWith)) {
                    mark(library, index.toByteArray(), time);
                }
            }
        }
    }

    private static void mark(Path library, byte[] index, FileTime time) throws IOException {
        Path outside = Files.createTempFile("library", ".jar");
        try {
            Files.write(outside, Files.readAllBytes(library));
            try (FileSystem jar = FileSystems.newFileSystem(outside)) {
                Path entry = jar.getPath("META-INF", "jandex.idx");
                Files.createDirectories(entry.getParent());
                Files.write(entry, index);
                Files.setLastModifiedTime(entry, time);
            }
            Files.write(library, Files.readAllBytes(outside));
            Files.setLastModifiedTime(library, time);
        } finally {
            Files.delete(outside);
        }
    }
}
