package io.backfill.results.directory;

import io.backfill.files.BlobReader;
import io.backfill.files.FileStore;
import io.backfill.files.directory.FileForce;
import io.backfill.files.directory.FreeSpaceFloor;
import io.backfill.files.directory.StoreFolder;
import io.backfill.ids.BatchId;
import io.backfill.plan.ModelPlan;
import io.backfill.plan.PlanCursor;
import io.backfill.results.Checkpoint;
import io.backfill.results.ResultLog;
import io.backfill.results.ResultLogs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/** {@link ResultLogs} in the folder of a {@link io.backfill.files.directory.DirectoryFileStore}. */
public final class DirectoryResultLogs implements ResultLogs {
    /** Opens the files of one partition's log, given the key of its folder. */
    @FunctionalInterface
    interface Folders {
        LogFiles open(String key) throws IOException;
    }

    private record Owned(String folder, long epoch) {}

    private final FileStore plans;
    private final ForcePolicy policy;
    private final Executor loops;
    private final Folders folders;
    private final ConcurrentMap<Owned, DirectoryResultLog> open = new ConcurrentHashMap<>();

    /**
     * Creates logs below {@code root}.
     *
     * @param plans the store in the same folder, from which plans are read
     * @param loops runs one thread for every open log
     */
    public DirectoryResultLogs(Path root, FileStore plans, ForcePolicy policy, Executor loops) {
        this(plans, policy, loops, new StoreFolder(root, FileForce.DISK));
    }

    /** Creates logs below {@code root} that keep the bytes of {@code floor} free on the disk. */
    public DirectoryResultLogs(Path root, FreeSpaceFloor floor, FileStore plans, ForcePolicy policy, Executor loops) {
        this(plans, policy, loops, new StoreFolder(root, FileForce.DISK, floor));
    }

    private DirectoryResultLogs(FileStore plans, ForcePolicy policy, Executor loops, StoreFolder folder) {
        this(plans, policy, loops, key -> DirectoryLogFiles.open(folder, key));
    }

    DirectoryResultLogs(FileStore plans, ForcePolicy policy, Executor loops, Folders folders) {
        this.plans = plans;
        this.policy = policy;
        this.loops = loops;
        this.folders = folders;
    }

    @Override
    public ResultLog open(BatchId batch, ModelPlan plan, long epoch) throws IOException {
        if (epoch < 1) {
            throw new IllegalArgumentException("the epoch of an owner must be at least 1, not " + epoch);
        }
        Owned owned = new Owned(ResultLogs.folder(batch, plan.partition()), epoch);
        DirectoryResultLog earlier = open.get(owned);
        if (earlier != null) {
            // two open logs of one epoch would overwrite each other's checkpoints
            earlier.close();
        }
        LogFiles files = folders.open(owned.folder());
        LogRecovery.Recovered recovered =
                new LogRecovery(files, lines -> PlanCursor.placesOf(lines, plans, plan)).recover(epoch);
        files.record(recovered.checkpoint());
        DirectoryResultLog log = new DirectoryResultLog(files, recovered, policy, () -> open.remove(owned));
        open.put(owned, log);
        loops.execute(log::forceUntilClosed);
        return log;
    }

    @Override
    public Checkpoint newest(BatchId batch, int partition) throws IOException {
        // reads through the store, because opening the log would create its folder
        String folder = ResultLogs.folder(batch, partition) + "/";
        long epoch = plans.list(folder.substring(0, folder.length() - 1), Integer.MAX_VALUE).stream()
                .mapToLong(key -> Checkpoint.epochOfName(key.substring(folder.length())))
                .max()
                .orElse(0);
        if (epoch < 1) {
            return Checkpoint.NONE;
        }
        try (BlobReader blob = plans.open(folder + Checkpoint.name(epoch));
                InputStream in = blob.stream(0, blob.size())) {
            return Checkpoint.read(in);
        }
    }
}
