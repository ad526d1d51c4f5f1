package io.backfill.files.directory;

import io.backfill.files.BlobPiece;
import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.TooManyBytesException;
import io.backfill.retention.UnfinishedWrites;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/** A {@link FileStore} in one folder of one file system, which may be local or shared by several nodes. */
public final class DirectoryFileStore implements FileStore, UnfinishedWrites {
    /** With a larger buffer the JVM would allocate a separate memory mapping for every write. */
    private static final int BUFFER_BYTES = 64 * 1024;

    /** Bytes of a piece that are copied between two checks of the free space. */
    private static final long SLICE_BYTES = 4L << 20;

    private static final String PROBES = "probes";

    private final StoreFolder folder;

    /** Creates a store below {@code root}. The folder is created with the first blob. */
    public DirectoryFileStore(Path root) {
        this(root, FileForce.DISK);
    }

    public DirectoryFileStore(Path root, FileForce force) {
        this(root, force, FreeSpaceFloor.none(root));
    }

    public DirectoryFileStore(Path root, FileForce force, FreeSpaceFloor floor) {
        this.folder = new StoreFolder(root, force, floor);
    }

    /** Removes unfinished files of processes that died. Must only be called while no other process uses this store. */
    public void removeLeftovers() throws IOException {
        folder.removeLeftovers();
        deleteFolder(PROBES);
    }

    /** Removes unfinished files last written before {@code before}; see {@link UnfinishedWrites}. */
    @Override
    public int sweep(Instant before, boolean dryRun) throws IOException {
        return folder.removeUnfinished(before, dryRun);
    }

    @Override
    public long put(String key, InputStream bytes, long maxBytes) throws IOException {
        long[] size = {0};
        write(key, out -> size[0] = copy(bytes, out, maxBytes));
        return size[0];
    }

    private long copy(InputStream bytes, FileOutputStream out, long maxBytes) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
            size += read;
            if (size > maxBytes) {
                throw new TooManyBytesException(maxBytes);
            }
            folder.requireRoom(read);
            out.write(buffer, 0, read);
        }
        return size;
    }

    @Override
    public long concatenate(String target, List<BlobPiece> pieces) throws IOException {
        long size = pieces.stream().mapToLong(BlobPiece::length).sum();
        UninterruptibleIo.call(() -> {
            write(target, out -> {
                folder.requireRoomForAll(size);
                for (BlobPiece piece : pieces) {
                    transfer(piece, out.getChannel());
                }
            });
            return target;
        });
        return size;
    }

    private void transfer(BlobPiece piece, FileChannel target) throws IOException {
        try (FileChannel source = FileChannel.open(folder.path(piece.key()), StandardOpenOption.READ)) {
            for (long position = 0; position < piece.length(); ) {
                long slice = Math.min(SLICE_BYTES, piece.length() - position);
                // other writers may fill the disk during the copy
                folder.requireRoom(slice);
                long count = source.transferTo(position, slice, target);
                if (count <= 0) {
                    throw new EOFException(
                            piece.key() + " ends at byte " + position + ", before byte " + piece.length());
                }
                position += count;
            }
        }
    }

    private void write(String key, StoreFolder.Content content) throws IOException {
        Path path = folder.path(key);
        folder.createFolders(StoreFolder.parent(path));
        folder.replace(path, content);
    }

    @Override
    public BlobReader open(String key) throws IOException {
        return DirectoryBlobReader.open(folder.path(key));
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        try {
            BasicFileAttributes blob = Files.readAttributes(folder.path(key), BasicFileAttributes.class);
            return blob.isRegularFile() ? OptionalLong.of(blob.size()) : OptionalLong.empty();
        } catch (NoSuchFileException absent) {
            return OptionalLong.empty();
        }
    }

    @Override
    public List<String> list(String folderKey, String after, int limit) throws IOException {
        List<String> keys = new ArrayList<>();
        list(folder.path(folderKey), folderKey + "/", after, limit, keys);
        return keys;
    }

    private void list(Path path, String prefix, String after, int limit, List<String> keys) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path entry : folder.entries(path)) {
            String name = prefix + entry.getFileName();
            // skips by name first, because reading the type of an entry is slower
            if (mayHoldKeysBehind(after, name)) {
                names.add(name + (isFolder(entry) ? "/" : ""));
            }
        }
        // with a trailing slash, a folder sorts like the keys in it
        names.sort(null);
        for (String name : names) {
            if (keys.size() >= limit) {
                return;
            }
            if (!name.endsWith("/")) {
                if (name.compareTo(after) > 0) {
                    keys.add(name);
                }
            } else if (name.compareTo(after) > 0 || after.startsWith(name)) {
                String entry = name.substring(prefix.length(), name.length() - 1);
                list(path.resolve(entry), name, after, limit, keys);
            }
        }
    }

    /** Returns false for most files and folders before the cursor, and never for an entry that holds keys behind it. */
    private static boolean mayHoldKeysBehind(String after, String name) {
        return name.compareTo(after) > 0 || after.startsWith(name);
    }

    @Override
    public void delete(String key) throws IOException {
        Path path = folder.path(key);
        if (!isFolder(path) && Files.deleteIfExists(path)) {
            folder.force().folder(StoreFolder.parent(path));
        }
    }

    @Override
    public void deleteFolder(String folderKey) throws IOException {
        Path path = folder.path(folderKey);
        if (isFolder(path)) {
            deleteAll(path);
            folder.force().folder(StoreFolder.parent(path));
        }
    }

    private void deleteAll(Path path) throws IOException {
        if (isFolder(path)) {
            for (Path entry : folder.entries(path)) {
                deleteAll(entry);
            }
        }
        Files.deleteIfExists(path);
    }

    @Override
    public void check() throws IOException {
        String key = PROBES + "/" + UUID.randomUUID();
        byte[] written = key.getBytes(StandardCharsets.US_ASCII);
        put(key, new ByteArrayInputStream(written), written.length);
        try (FileInputStream in = new FileInputStream(folder.path(key).toFile())) {
            if (!Arrays.equals(written, in.readAllBytes())) {
                throw new IOException("the file store returned other bytes than were written");
            }
        } finally {
            delete(key);
        }
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}
