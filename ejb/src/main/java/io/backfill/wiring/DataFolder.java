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
 * The folder of one node; locked, for one process at a time may use it. Profile {@code local} keeps everything in it, the others
 * what is this node's own: logs, and the batch runtime's history.
 */
final class DataFolder implements AutoCloseable {
    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Makes the folder if need be, and locks it; the system gives the lock back when the process dies.
     *
     * @throws IllegalStateException when another process has it
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
                        + " is in use by another Backfill; every node needs its own. Give this one another "
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

    /** Where files are unless a setting says otherwise. */
    Path store() {
        return root.resolve("store");
    }

    /** Copies of what is in S3; emptied at start. */
    Path cache() {
        return root.resolve("cache");
    }

    /** Large answers of open calls; emptied at start. */
    Path spool() {
        return root.resolve("spool");
    }

    /** Where the databases of this node are, those that it has: the catalog and the history of the batch runtime. */
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
