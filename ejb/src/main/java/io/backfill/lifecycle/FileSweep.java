package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.files.FileCatalog;
import io.backfill.files.FileStore;
import io.backfill.files.StoredFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Removes files that are deleted or expired and that no live batch reads. The bytes are removed before the record, so that a
 * removal interrupted by a crash is repeated.
 */
public final class FileSweep implements Sweep {
    private static final int AT_ONCE = 200;

    /**
     * Tolerated difference between clocks: a node whose clock is late by less than this may still start a batch with a file
     * that has expired for other nodes.
     */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    private final FileCatalog files;
    private final FileStore store;
    private final Duration rerun;

    /** @param rerun how long after the end of a batch its input is kept for reruns */
    public FileSweep(FileCatalog files, FileStore store, Duration rerun) {
        this.files = files;
        this.store = store;
        this.rerun = rerun;
    }

    @Override
    public String kind() {
        return "files";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        Instant over = now.minus(CLOCKS_DIFFER);
        return dryRun ? () -> new Found(files.forgettableCount(over, over.minus(rerun)), true) : () -> removeSome(over);
    }

    private Found removeSome(Instant over) {
        List<StoredFile> some = files.forgettable(over, over.minus(rerun), AT_ONCE);
        int removed = 0;
        for (StoredFile file : some) {
            if (removed(file)) {
                removed++;
            }
        }
        // stop here if some could not be removed, because the query would return them again
        return new Found(removed, removed < AT_ONCE);
    }

    private boolean removed(StoredFile file) {
        try {
            store.delete(file.key());
        } catch (IOException e) {
            LOG.passFailed("removing the bytes of " + file.id(), String.valueOf(e.getMessage()), e);
            return false;
        }
        files.forget(file.id());
        return true;
    }
}
