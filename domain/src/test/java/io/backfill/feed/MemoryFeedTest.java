package io.backfill.feed;

import io.backfill.files.FileStore;
import io.backfill.results.ResultLogs;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;

class MemoryFeedTest implements FeedContract {
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryResultLogs logs = new MemoryResultLogs(store);

    @Override
    public FileStore store() {
        return store;
    }

    @Override
    public ResultLogs logs() {
        return logs;
    }
}
