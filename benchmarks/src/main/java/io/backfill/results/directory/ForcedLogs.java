package io.backfill.results.directory;

import io.backfill.files.FileStore;
import io.backfill.files.directory.StoreFolder;
import io.backfill.results.ResultLogs;
import java.util.concurrent.Executor;

/**
 * Result logs in a folder with a force policy chosen by the caller, for measuring a slow disk. It is in this package because the
 * gateway does not need this choice and does not offer it.
 */
public final class ForcedLogs {
    private ForcedLogs() {}

    /** Returns the logs in {@code folder}, with its {@link io.backfill.files.directory.FileForce}. */
    public static ResultLogs over(StoreFolder folder, FileStore plans, ForcePolicy policy, Executor loops) {
        return new DirectoryResultLogs(plans, policy, loops, key -> DirectoryLogFiles.open(folder, key));
    }
}
