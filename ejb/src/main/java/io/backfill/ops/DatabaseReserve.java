package io.backfill.ops;

import static io.backfill.ops.BackfillLog.LOG;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Disk blocks that are kept for the node's own databases, beyond the ends of their files. A neighbour that fills the disk takes
 * all that is free. An H2 database whose write fails closes itself, and often cannot be opened again by this process: an attempt
 * that met the full disk keeps the file's lock. With blocks of their own the databases outlast such a neighbour.
 *
 * <p>H2 shortens its files now and then, which gives the blocks behind the end back; so the blocks are asked for several times a
 * second, a system call that does nothing where they are there. Where the system has no such call, or the file system cannot do
 * it, a warning says so once. On a full disk the blocks that are there stay, and no more are had. For one thread.
 */
public final class DatabaseReserve {
    private static final long MOST_BYTES = 32L * 1024 * 1024;
    /** Of the whole disk, at most this part for each file. */
    private static final int PART_OF_DISK = 32;

    private final List<Path> files;
    private final Map<Path, PreallocatedFile> open = new HashMap<>();
    /** Those that had their blocks once. */
    private final Set<Path> kept = new HashSet<>();

    private boolean warned;

    /** @param files of databases; one that is not there is skipped */
    public DatabaseReserve(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** Allocates what the files have used up, or given back, since the last time. */
    public void renewOnce() {
        for (Path file : files) {
            try {
                if (Files.isRegularFile(file)) {
                    renew(file);
                }
            } catch (IOException | UnsupportedOperationException refused) {
                if (!warned && !kept.contains(file)) {
                    warned = true;
                    LOG.noReserve(file.toString(), String.valueOf(refused.getMessage()));
                }
            }
        }
    }

    private void renew(Path file) throws IOException {
        PreallocatedFile opened = open.get(file);
        if (opened == null) {
            opened = PreallocatedFile.open(file);
            open.put(file, opened);
        }
        long reserve = Math.min(MOST_BYTES, Files.getFileStore(file).getTotalSpace() / PART_OF_DISK);
        opened.allocate(Files.size(file) + reserve);
        kept.add(file);
    }
}
