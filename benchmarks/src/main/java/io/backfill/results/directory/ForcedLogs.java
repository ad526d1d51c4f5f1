package io.backfill.results.directory;

import io.backfill.files.FileStore;
import io.backfill.files.directory.StoreFolder;
import io.backfill.results.ResultLogs;
import java.util.concurrent.Executor;

/**
 * The logs of a folder whose forces are the caller's choice, for measuring a slow disk. In this package because the gateway has no
 * use for the choice and does not offer it.
 */
public final class ForcedLogs {
    private ForcedLogs() {}

    /** Logs in {@code folder}, with its {@link io.backfill.files.directory.FileForce}. */
    public static ResultLogs over(StoreFolder folder, FileStore plans, ForcePolicy policy, Executor loops) {
        return new DirectoryResultLogs(plans, policy, loops, key -> DirectoryLogFiles.open(folder, key));
    }
}
