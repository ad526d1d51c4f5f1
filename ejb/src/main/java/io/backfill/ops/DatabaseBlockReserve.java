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
 * Reserves disk blocks for the node's own databases beyond the ends of their files, so that they keep working when another
 * program fills the disk. An H2 database closes itself when a write fails, and often this process cannot reopen it, because
 * an attempt to open it on a full disk leaves the file locked.
 *
 * <p>H2 truncates its files from time to time, which frees the blocks beyond the end. The blocks are therefore requested
 * several times a second; the system call does nothing when they are still allocated. If the operating system or the file
 * system does not support it, one warning is logged. On a full disk the blocks allocated so far remain, and no more can be
 * allocated. Not thread-safe.
 */
public final class DatabaseBlockReserve {
    private static final long MOST_BYTES = 32L * 1024 * 1024;
    /** For each file at most one part in this many of the whole disk. */
    private static final int PART_OF_DISK = 32;

    private final List<Path> files;
    private final Map<Path, PreallocatedFile> open = new HashMap<>();
    /** Files for which blocks have been allocated at least once. */
    private final Set<Path> kept = new HashSet<>();

    private boolean warned;

    /** @param files of databases; missing ones are skipped */
    public DatabaseBlockReserve(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** Allocates the blocks that the files have used up, or freed, since the previous call. */
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
