package io.backfill.files.directory;

import io.backfill.files.StorageFullException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * The folder of a store. Maps keys to paths and creates files atomically. Unfinished files are only in its sub-folder {@code tmp},
 * so a process that dies leaves them there and nowhere else.
 */
public final class StoreFolder {
    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileOutputStream out) throws IOException;
    }

    private static final long BYTES_PER_LOOK = 64 << 10;
    private static final String UNFINISHED = "tmp";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");

    private final Path root;
    private final FileForce force;
    private final FreeSpaceFloor floor;
    /** Bytes announced since the last check of the disk. Starts at the threshold, so that the first write checks the disk. */
    private final AtomicLong sinceLook = new AtomicLong(BYTES_PER_LOOK);

    public StoreFolder(Path root, FileForce force) {
        this(root, force, FreeSpaceFloor.none(root));
    }

    public StoreFolder(Path root, FileForce force, FreeSpaceFloor floor) {
        this.root = root.toAbsolutePath().normalize();
        this.force = force;
        this.floor = floor;
    }

    /**
     * Checks that there is room for content to be written. Checkpoints and other small internal files are exempt and may use the
     * reserved space. The free space is read once per {@value #BYTES_PER_LOOK} bytes, and on every call while the disk is full.
     *
     * @param bytes number of bytes to be written
     */
    public void requireRoom(long bytes) throws StorageFullException {
        if (sinceLook.addAndGet(bytes) >= BYTES_PER_LOOK) {
            floor.require(bytes);
            sinceLook.set(0);
        }
    }

    /** Checks that there is room for a whole write of known size, so that it fails before it starts rather than near its end. */
    void requireRoomForAll(long bytes) throws StorageFullException {
        floor.require(bytes);
    }

    public FileForce force() {
        return force;
    }

    /**
     * Returns the path of {@code key}.
     *
     * @throws IllegalArgumentException if the key is not well-formed, because it could lead out of this folder
     */
    public Path path(String key) {
        Path path = root;
        for (String name : key.split("/", -1)) {
            if (!NAME.matcher(name).matches() || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException("not a key of the store: " + key);
            }
            path = path.resolve(name);
        }
        if (path.startsWith(root.resolve(UNFINISHED))) {
            throw new IllegalArgumentException("not a key of the store: " + key);
        }
        return path;
    }

    /**
     * Creates or replaces {@code target} atomically; its folder must exist. The file is on disk when this method returns. A crash
     * before that leaves the previous state.
     *
     * @throws StorageFullException if the disk is full or the quota is exhausted
     */
    public void replace(Path target, Content content) throws IOException {
        Path unfinished = root.resolve(UNFINISHED);
        Path file = unfinished.resolve(UUID.randomUUID() + ".part");
        boolean moved = false;
        try {
            createFolders(unfinished);
            try (FileOutputStream out = new FileOutputStream(file.toFile())) {
                content.writeTo(out);
                force.file(out.getFD());
            }
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
            moved = true;
            force.folder(parent(target));
        } catch (IOException e) {
            throw named(e);
        } finally {
            if (!moved) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Creates {@code folder} and its missing parents, and forces them to disk. */
    public void createFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = parent(folder);
        createFolders(parent);
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } catch (IOException e) {
            throw named(e);
        }
        force.folder(parent);
    }

    /** Returns the entries of {@code folder} in no particular order, or an empty list if it does not exist. */
    public List<Path> entries(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }

    /** Removes unfinished files. Must only be called while no process writes to this folder. */
    public void removeLeftovers() throws IOException {
        for (Path leftover : entries(root.resolve(UNFINISHED))) {
            Files.deleteIfExists(leftover);
        }
    }

    /** Removes unfinished files last written before {@code before}, or only counts them. Returns their number. */
    int removeUnfinished(Instant before, boolean dryRun) throws IOException {
        int found = 0;
        for (Path unfinished : entries(root.resolve(UNFINISHED))) {
            try {
                if (Files.getLastModifiedTime(unfinished).toInstant().isBefore(before)) {
                    found++;
                    if (!dryRun) {
                        Files.deleteIfExists(unfinished);
                    }
                }
            } catch (NoSuchFileException finishedMeanwhile) {
                // the file was completed or deleted concurrently
            }
        }
        return found;
    }

    /** Returns a {@link StorageFullException} if {@code failure} was caused by a full disk, otherwise {@code failure}. */
    public IOException named(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left") || message.contains("Disk quota exceeded") || noRoom();
        return full && !(failure instanceof StorageFullException)
                ? new StorageFullException("the disk of the file store is full: " + message, failure)
                : failure;
    }

    /** Reads the free space, because the operating system may localize its messages. */
    private boolean noRoom() {
        try {
            return Files.getFileStore(root).getUsableSpace() < 4096;
        } catch (IOException unknown) {
            return false;
        }
    }

    static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " has no parent folder");
        }
        return parent;
    }
}
