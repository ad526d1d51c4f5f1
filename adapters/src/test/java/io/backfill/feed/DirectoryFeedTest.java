package io.backfill.feed;

import io.backfill.files.FileStore;
import io.backfill.files.directory.DirectoryFileStore;
import io.backfill.results.ResultLogs;
import io.backfill.results.directory.DirectoryResultLogs;
import io.backfill.results.directory.ForcePolicy;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class DirectoryFeedTest implements FeedContract {
    private final ExecutorService loops = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    Path root;

    private FileStore store;
    private ResultLogs logs;

    @BeforeEach
    void open() {
        store = new DirectoryFileStore(root);
        logs = new DirectoryResultLogs(root, store, ForcePolicy.SECOND, loops);
    }

    @AfterEach
    void endLoops() {
        loops.shutdownNow();
    }

    @Override
    public FileStore store() {
        return store;
    }

    @Override
    public ResultLogs logs() {
        return logs;
    }
}
