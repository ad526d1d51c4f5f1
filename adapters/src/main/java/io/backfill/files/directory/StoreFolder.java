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
 * The folder of a store: where keys lie in it, and how a file gets there whole or not at all. Its sub-folder {@code tmp} holds
 * what is not finished; a process that dies leaves its unfinished files there, and nowhere else.
 */
public final class StoreFolder {
    /** Writes what a file shall hold. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileOutputStream out) throws IOException;
    }

    private static final long BYTES_PER_LOOK = 64 << 10;
    private static final String UNFINISHED = "tmp";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");

    private final Path root;
    private final FileForce force;
    private final Reserve reserve;
    /** Begins as if it were time to look. */
    private final AtomicLong sinceLook = new AtomicLong(BYTES_PER_LOOK);

    public StoreFolder(Path root, FileForce force) {
        this(root, force, Reserve.none(root));
    }

    public StoreFolder(Path root, FileForce force, Reserve reserve) {
        this.root = root.toAbsolutePath().normalize();
        this.force = force;
        this.reserve = reserve;
    }

    /**
     * Asked before content is written; checkpoints and other small files of ours may use the reserve. The disk is looked at once for
     * every {@value #BYTES_PER_LOOK} bytes, or when it was full.
     *
     * @param bytes that will be written
     */
    public void requireRoom(long bytes) throws StorageFullException {
        if (sinceLook.addAndGet(bytes) >= BYTES_PER_LOOK) {
            reserve.require(bytes);
            sinceLook.set(0);
        }
    }

    /** Asks for room for all that a write of known size will take, so that it fails before it begins rather than at its end. */
    void requireRoomForAll(long bytes) throws StorageFullException {
        reserve.require(bytes);
    }

    public FileForce force() {
        return force;
    }

    /**
     * Where {@code key} lies.
     *
     * @throws IllegalArgumentException when the key is not of our making: it might lead out of this folder
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
     * Puts a file in the place of {@code target}, whose folder is there. When this returns it is on disk; a crash before leaves
     * what was there.
     *
     * @throws StorageFullException when the disk is full, or the quota used up
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

    /** Creates {@code folder} and those above it, so that they survive a crash. */
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

    /** What is in {@code folder}, in no order; nothing when it is not there. */
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

    /** Removes unfinished files. Only while no process writes to this folder. */
    public void removeLeftovers() throws IOException {
        for (Path leftover : entries(root.resolve(UNFINISHED))) {
            Files.deleteIfExists(leftover);
        }
    }

    /** Finds unfinished files that were last written before {@code before}, and removes them; returns how many. */
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
                // it has its name now
            }
        }
        return found;
    }

    /** The failure by its right name: no room left is told from all others. */
    public IOException named(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left") || message.contains("Disk quota exceeded") || noRoom();
        return full && !(failure instanceof StorageFullException)
                ? new StorageFullException("the disk of the file store is full: " + message, failure)
                : failure;
    }

    /** The operating system words its messages in its own language, so they alone would not do. */
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
