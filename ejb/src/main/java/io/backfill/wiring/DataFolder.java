package io.backfill.wiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The data folder of one node, locked so that only one process uses it. Profile {@code local} keeps everything in it; the
 * other profiles keep only what belongs to the node itself: logs and the history of the batch runtime.
 */
final class DataFolder implements AutoCloseable {
    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Creates the folder if necessary and locks it. The operating system releases the lock when the process dies.
     *
     * @throws IllegalStateException when another process holds the lock
     */
    static DataFolder lock(Path path) {
        Path root = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new IllegalStateException("the data folder " + root
                        + " is in use by another Backfill process; each node needs its own. Choose another folder with "
                        + Setting.DATA_DIR.variable());
            }
            return new DataFolder(root, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("the data folder " + root + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException thisProcess) {
            return false;
        }
    }

    Path root() {
        return root;
    }

    /** The file store, unless a setting names another folder. */
    Path store() {
        return root.resolve("store");
    }

    /** Local copies of objects in S3; emptied at start. */
    Path cache() {
        return root.resolve("cache");
    }

    /** Large answers of open calls; emptied at start. */
    Path spool() {
        return root.resolve("spool");
    }

    /** The files of the node's databases, which need not exist: the catalog and the history of the batch runtime. */
    List<Path> databases() {
        return List.of(root.resolve("catalog/backfill.mv.db"), root.resolve("jberet/jberet.mv.db"));
    }

    Path models() {
        return root.resolve("models.yaml");
    }

    Path headerKeys() {
        return root.resolve("keys").resolve("headers.key");
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
