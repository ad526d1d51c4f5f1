package io.backfill.lifecycle;

import static io.backfill.ops.BackfillLog.LOG;

import io.backfill.files.FileStore;
import io.backfill.files.Upload;
import io.backfill.files.UploadPart;
import io.backfill.retention.EndedUploads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Removes the parts of uploads that have ended, or that were not completed within twice their lifetime; and a day later their
 * records.
 */
public final class UploadSweep implements Sweep {
    private static final int AT_ONCE = 100;

    private final EndedUploads uploads;
    private final FileStore store;

    public UploadSweep(EndedUploads uploads, FileStore store) {
        this.uploads = uploads;
        this.store = store;
    }

    @Override
    public String kind() {
        return "uploads";
    }

    @Override
    public Duration pause() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Pass begin(Instant now, boolean dryRun) {
        return dryRun ? () -> new Found(uploads.sweepableCount(now), true) : () -> removeSome(now);
    }

    private Found removeSome(Instant now) {
        int removed = uploads.sweep(now, AT_ONCE, this::partsRemoved);
        return new Found(removed, removed < AT_ONCE);
    }

    private boolean partsRemoved(Upload upload) {
        try {
            store.deleteFolder(UploadPart.folder(upload.id()));
            return true;
        } catch (IOException e) {
            LOG.passFailed("removing the parts of " + upload.id(), String.valueOf(e.getMessage()), e);
            return false;
        }
    }
}
