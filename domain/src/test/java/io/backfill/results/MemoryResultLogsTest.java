package io.backfill.results;

import io.backfill.files.FileStore;
import io.backfill.testing.MemoryFileStore;
import io.backfill.testing.MemoryResultLogs;

class MemoryResultLogsTest implements ResultLogContract {
    private final MemoryFileStore store = new MemoryFileStore();
    private final MemoryResultLogs logs = new MemoryResultLogs(store);

    @Override
    public ResultLogs testee() {
        return logs;
    }

    @Override
    public FileStore store() {
        return store;
    }
}
