package io.backfill.files;

import io.backfill.testing.MemoryFileStore;

class MemoryFileStoreTest implements FileStoreContract {
    private final MemoryFileStore store = new MemoryFileStore();

    @Override
    public FileStore testee() {
        return store;
    }
}
