package io.backfill.results.directory;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.results.ResultLogContract;
import io.backfill.results.ResultLogs;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DirectoryResultLogTest implements ResultLogContract {
    private final ExecutorService loops = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path root;

    private FileStore store;
    private ResultLogs logs;

    ForcePolicy policy() {
        return ForcePolicy.SECOND;
    }

    @BeforeEach
    void openStore() {
        store = new DirectoryFileStore(root);
        logs = new DirectoryResultLogs(root, store, policy(), loops);
    }

    @AfterEach
    void endLoops() {
        loops.shutdownNow();
    }

    @Override
    public ResultLogs testee() {
        return logs;
    }

    @Override
    public FileStore store() {
        return store;
    }
}
